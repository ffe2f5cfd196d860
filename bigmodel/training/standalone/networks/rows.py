"""Rows of tokens of any length as a network takes them; it is written into programs and knows no network."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

ROWS = 32  # at once
Array = Any  # numpy arrays of numbers


def answered(body: Callable[..., list[Array]], rows: Sequence[Any], padding: int) -> list[Array]:
    """Return what a network says of each row of tokens, an array as wide as the longest row beside it; an empty row is one of padding."""
    found: list[Array] = [None] * len(rows)
    by_length = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    for start in range(0, len(rows), ROWS):
        places = by_length[start : start + ROWS]
        width = max(1, *(len(rows[place]) for place in places), 1)
        ids = np.full((len(places), width), padding, np.int64)
        mask = np.zeros((len(places), width), np.int64)
        for row, place in enumerate(places):
            length = len(rows[place])
            ids[row, :length], mask[row, : max(1, length)] = rows[place], 1
        [raw] = body(ids, mask)
        for place, one in zip(places, raw.astype(np.float64), strict=True):
            found[place] = one
    return found
