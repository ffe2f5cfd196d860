"""Noise that is mixed into clean recordings, made by rule or somebody's own."""
