"""The part of the voice demo for recordings of any length, and for listening before any training."""
