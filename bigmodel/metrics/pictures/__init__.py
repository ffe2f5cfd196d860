"""Metrics of answers about pictures: boxes around what they show, and pictures that a model made."""
