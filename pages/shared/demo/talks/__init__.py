"""The parts of the voice demo for recordings of any length, for listening before any training, and for the people a model knows."""
