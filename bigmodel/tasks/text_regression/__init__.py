"""Give a text a number: a score, a price, a difficulty."""
