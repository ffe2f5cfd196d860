"""Recordings of any length: cut at pauses, written down piece by piece with times, and told who speaks."""
