"""Clearer recordings: noise is mixed into clean ones, and a network learns which of each pitch and moment is voice."""
