"""Several media in one model: features of each column in blocks of equal energy, and a linear head on all of them and on each medium alone."""
