"""The only door to the engine for pages and the command line. Every call takes the owner."""
