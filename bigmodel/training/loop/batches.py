"""Which rows stand in which batch: a pure function of (lengths, seed, epoch), so that a training can go on anywhere.

It must never draw from a shared generator: that would shift the dropout of a resumed training.
"""

import math
from collections.abc import Sequence

import numpy as np

GROUP = 50  # batches that are sorted by length together: little padding, still well mixed


def plan(lengths: Sequence[int], *, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """Return the batches of an epoch: each row once, rows of like length together, batches in random order."""
    generator = np.random.default_rng([seed, epoch])
    order = generator.permutation(len(lengths))
    sizes = np.asarray(lengths)
    batches: list[list[int]] = []
    for start in range(0, len(order), GROUP * batch_size):
        group = order[start : start + GROUP * batch_size]
        group = group[np.argsort(sizes[group], kind="stable")]
        batches += [
            group[cut : cut + batch_size].tolist() for cut in range(0, len(group), batch_size)
        ]
    return [batches[number] for number in generator.permutation(len(batches))]


def by_length(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Return batches for reading answers: longest first, so that too little memory shows at once."""
    order = np.argsort(-np.asarray(lengths), kind="stable").tolist()
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def cut(rows: list[int], pieces: int) -> list[list[int]]:
    """Return a batch in pieces of like size."""
    size = math.ceil(len(rows) / pieces)
    return [rows[start : start + size] for start in range(0, len(rows), size)]
