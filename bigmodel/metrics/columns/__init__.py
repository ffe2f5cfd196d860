"""Metrics of several columns answered at once: one score over all, and whether sharing a model paid."""
