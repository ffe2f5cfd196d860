"""Drawing one of several by how likely each is; it needs numpy alone."""

from typing import Any

import numpy as np

Array = Any  # numpy arrays of numbers


def draw(shares: Array, temperature: float, random: np.random.Generator) -> int:
    """Return a place drawn by shares: the likeliest at a temperature of 0, as they are at 1."""
    weights = np.asarray(shares, np.float64)
    if temperature <= 0:
        return int(weights.argmax())
    with np.errstate(divide="ignore"):
        logs = np.log(weights) / temperature
    weights = np.exp(logs - logs.max())
    ends = np.cumsum(weights)
    return int(min(np.searchsorted(ends, random.random() * ends[-1], side="right"), len(ends) - 1))
