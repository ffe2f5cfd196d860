"""Widgets used on several tabs."""
