"""Views of the Jobs tab."""
