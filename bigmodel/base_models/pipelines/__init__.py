"""Models of several parts in folders of their own, one kind a module: which files are taken, and what is refused."""
