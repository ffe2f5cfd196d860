"""How fast and in how much memory data are read, checked and written back."""
