"""Models that write: n-grams of characters, small Transformers from scratch, sampling, and what is copied from training."""
