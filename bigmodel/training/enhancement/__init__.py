"""Sharper and cleaner pictures: made damage, a residual network over plain enlarging, tiles, and when it leaves a picture alone."""
