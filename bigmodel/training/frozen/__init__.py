"""Pre-trained features: vectors of a frozen encoder, computed once a dataset, and a linear head on them."""
