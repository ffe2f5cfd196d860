"""Translate sentences, learnt from a person's own pairs of sentences in two languages."""
