"""Views and routes of the Sort tab."""
