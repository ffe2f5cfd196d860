"""Answers of trained models: single inputs, files and whole tables."""
