"""Metrics of answers about pictures: boxes around what they show."""
