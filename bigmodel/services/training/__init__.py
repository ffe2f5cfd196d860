"""Preparing and submitting trainings: parameters, base models, recommendation, forecast."""
