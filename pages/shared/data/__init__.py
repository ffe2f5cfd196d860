"""Views and routes of the Data tab."""
