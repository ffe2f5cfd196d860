"""Several columns of one text: heads on one body, losses that weigh alike, and models of one column for comparison."""
