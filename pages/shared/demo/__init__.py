"""Views and routes of the demo tabs, the standalone demo and the phone."""
