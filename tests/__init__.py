"""Tests: claims about the app, each able to fail."""
