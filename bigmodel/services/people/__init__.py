"""People of a shared installation: who is there, and how they come in."""
