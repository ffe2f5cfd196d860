"""Views of the Results tab."""
