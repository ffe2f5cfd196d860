"""Marking words: parts and features of a text, a linear-chain CRF, fine-tuning to tags, and decoding to spans."""
