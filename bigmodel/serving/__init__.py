"""Trained models kept warm for the demo tabs, one child process each."""
