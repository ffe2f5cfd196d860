"""Several answers to one text."""
