"""Base models: where they come from, whether they are safe, and bringing them here."""
