"""Importing an upload into a table and media files."""
