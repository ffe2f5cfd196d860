"""Out-of-distribution scores and neighbours."""
