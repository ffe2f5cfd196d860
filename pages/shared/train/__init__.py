"""Views of the Train tab."""
