"""Importing, versioning and changing datasets."""
