"""Ways to start a worker, one a module."""
