"""Limited child processes in which uploads are read."""
