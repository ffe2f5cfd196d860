"""Counts of runs of symbols and what comes next by them: interpolated, modified Kneser-Ney; plain numpy.

After Chen and Goodman 1999: the longest runs count how often they occur, shorter ones after how many different
symbols; three discounts each. A run of n symbols is one number in base `size`, so that counting is sorting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # numpy arrays of numbers
BEFORE = 0  # the symbol that fills the places before a text; nothing is ever said to be it
ROOM = 2**62  # a run is a number below it
FEWEST = 1e-12


@dataclass(frozen=True)
class Order:
    """Runs of one length, sorted, each with its count less the discount; and of each run but its last symbol, what is given away."""

    runs: Array  # (runs,) int64
    kept: Array  # (runs,) float64: (count - discount) / count of the context
    contexts: Array  # (contexts,) int64
    given: Array  # (contexts,) float64: the share that shorter runs decide


def longest_order(size: int, wanted: int) -> int:
    """Return the longest runs, at most `wanted`, that still are numbers."""
    order = 1
    while order < wanted and size ** (order + 1) < ROOM:
        order += 1
    return order


def count_runs(texts: Sequence[Array], size: int, order: int) -> list[Order]:
    """Return the runs of 1 to `order` symbols of texts; the symbols are 1 to `size` - 1."""
    stream = np.concatenate(
        [_before(order), *(part for text in texts for part in (text, _before(order)))]
    )
    raw = {length: _runs(stream, size, length) for length in range(1, order + 1)}
    found = []
    for length in range(1, order + 1):
        if length == order:
            runs, counts = np.unique(raw[length], return_counts=True)
        else:  # a shorter run counts once after each different symbol
            longer = np.unique(raw[length + 1])
            runs, counts = np.unique(longer % size**length, return_counts=True)
        found.append(_order(runs, counts, size))
    return found


def _before(order: int) -> Array:
    return np.full(order - 1, BEFORE, np.int64)


def _runs(stream: Array, size: int, length: int) -> Array:
    """Return every run of a length that ends in a symbol of a text."""
    count = len(stream) - length + 1
    runs = np.zeros(max(0, count), np.int64)
    for place in range(length):
        runs = runs * size + stream[place : place + count]
    return runs[runs % size != BEFORE]


def _order(runs: Array, counts: Array, size: int) -> Order:
    discounts = _discounts(counts)
    contexts, starts = np.unique(runs // size, return_index=True)
    totals = np.add.reduceat(counts, starts)
    kind = np.minimum(counts, 3)
    kept = (counts - discounts[kind]) / np.repeat(totals, np.diff([*starts, len(runs)]))
    given = np.add.reduceat(discounts[kind], starts) / totals
    return Order(runs, kept, contexts, given)


def _discounts(counts: Array) -> Array:
    """Return what is taken from a count of 0, 1, 2 and of more, from how many runs have which count."""
    of = [int((counts == number).sum()) for number in range(5)]
    base = of[1] / max(1, of[1] + 2 * of[2])
    taken = [0.0]
    for number in (1, 2, 3):
        estimate = number - (number + 1) * base * of[number + 1] / max(1, of[number])
        taken.append(min(max(estimate, 0.1), number - 0.05) if of[number] else 0.75)
    return np.array(taken)


class Runs:
    """What comes next, by runs of symbols."""

    def __init__(self, orders: Sequence[Order], size: int) -> None:
        self.orders, self.size = list(orders), size

    def shares(self, text: Array) -> Array:
        """Return how likely each symbol of a text was after those before it."""
        order = len(self.orders)
        stream = np.concatenate([_before(order), text])
        found = np.full(len(text), 1.0 / self.size)
        for length, known in enumerate(self.orders, 1):
            context = np.zeros(len(text), np.int64)
            for place in range(order - length, order - 1):
                context = context * self.size + stream[place : place + len(text)]
            given = _looked_up(known.contexts, known.given, context, 1.0)
            run = context * self.size + text
            found = found * given + _looked_up(known.runs, known.kept, run, 0.0)
        return np.maximum(found, FEWEST)

    def following(self, before: Sequence[int]) -> Array:
        """Return how likely each symbol comes after some: (size,)."""
        order = len(self.orders)
        padded = [BEFORE] * (order - 1) + list(before[-(order - 1) :] if order > 1 else ())
        found = np.full(self.size, 1.0 / self.size)
        for length, known in enumerate(self.orders, 1):
            context = 0
            for symbol in padded[len(padded) - length + 1 :]:
                context = context * self.size + symbol
            place = int(np.searchsorted(known.contexts, context))
            if place == len(known.contexts) or known.contexts[place] != context:
                break  # a longer one is not known either
            found *= known.given[place]
            first, last = np.searchsorted(
                known.runs, [context * self.size, (context + 1) * self.size]
            )
            found[known.runs[first:last] - context * self.size] += known.kept[first:last]
        return found


def _looked_up(keys: Array, values: Array, wanted: Array, otherwise: float) -> Array:
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], otherwise)
