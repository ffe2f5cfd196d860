"""One file a revision, named by its number; none may import `tables.py`, which moves on."""
