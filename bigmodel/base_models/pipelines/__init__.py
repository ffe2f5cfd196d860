"""Models that are no folder with one configuration: of several parts in folders of their own, or weights alone; which files are taken, and what is refused."""
