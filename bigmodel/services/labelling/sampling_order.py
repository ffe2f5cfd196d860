"""Which rows are offered next for sorting: evenly at first, then the hardest, and always some evenly. It reads nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EVERY = 5  # one row in so many is offered evenly even when a model picks the others

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Offer:
    """One content to sort. `is_even`: it comes from the even order; `is_back`: it was skipped before."""

    content: int
    is_even: bool
    is_back: bool = False


def offers(
    spread: Places, hardest: Places, *, is_done: NDArray[np.bool_], skipped: Places, turn: int
) -> Iterator[Offer]:
    """Yield contents to sort in order.

    Without the even rows the labelled ones would in the end be borderline cases only: a model taught by
    them has seen few plain examples, and measured on them it looks worse than it is.

    Args:
        spread: all contents, every beginning spread evenly.
        hardest: contents that a model is unsure of, the least sure first; empty before there is one.
        is_done: (contents,) which have a label.
        skipped: contents that were left for later, the longest ago first; they come last.
        turn: rows that were offered and answered so far; it decides whose turn it is.
    """
    is_open = ~is_done
    is_open[skipped] = False
    evenly = iter(spread[is_open[spread]].tolist())
    hard = iter(hardest[is_open[hardest]].tolist())
    given: set[int] = set()
    while True:
        is_even = turn % EVERY == EVERY - 1
        content = _fresh(evenly if is_even else hard, given)
        if content is None:
            is_even = True
            content = _fresh(evenly, given)
        if content is None:
            break
        given.add(content)
        yield Offer(content, is_even)
        turn += 1
    for content in skipped.tolist():
        if not is_done[content]:
            yield Offer(content, is_even=True, is_back=True)


def _fresh(places: Iterator[int], given: set[int]) -> int | None:
    return next((place for place in places if place not in given), None)
