"""Showing a model to others: pages, LAN access, downloads."""
