"""Metrics of answers that are sounds: how clear a voice stands, and how sounds look."""
