"""Labelling rows by hand, with active learning."""
