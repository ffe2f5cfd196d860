"""Views of the Learn tab, and what they compute."""
