"""Views and routes of projects."""
