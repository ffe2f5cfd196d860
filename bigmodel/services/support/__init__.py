"""Problem reports without personal data."""
