"""What was chosen as the answer to a question: places of the passage with shares, and how sure that makes; it learns nothing."""

from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

from bigmodel.core.datasets.inputs import parts_of

MOST_OTHERS = 2
AS_IT_IS = (1.0, 0.0)  # a line that leaves shares as they are


class Choice(NamedTuple):
    """Places of a passage with how sure each is, the best first, and how sure it is that none holds the answer.

    `nothing` is None where nothing was learned about that.
    """

    places: tuple[tuple[int, int, float], ...] = ()
    nothing: float | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether the passage is said not to hold the answer."""
        return not self.places or (self.nothing or 0.0) >= self.places[0][2]


def chosen(
    places: Sequence[tuple[int, int, float]],
    nothing: float | None,
    line: tuple[float, float] = AS_IT_IS,
) -> Choice:
    """Return the best places, none of which overlaps another one; all places are given with their shares."""
    kept: list[tuple[int, int, float]] = []
    for start, end, share in sorted(places, key=lambda one: (-one[2], one[0], one[1])):
        if all(end <= low or high <= start for low, high, _ in kept):
            kept.append((start, end, share))
        if len(kept) > MOST_OTHERS:
            break
    sure = tuple((start, end, certainty(share, line)) for start, end, share in kept)
    if nothing is None:
        return Choice(sure)
    if kept and nothing < kept[0][2]:  # what was chosen stays chosen, however sure that is
        return Choice(sure, min(certainty(nothing, line), sure[0][2] * (1 - 1e-9)))
    least = max((one[2] for one in sure), default=0.0)
    return Choice(sure, max(certainty(nothing, line), least))


def certainty(share: float, line: tuple[float, float]) -> float:
    """Return how often an answer with such a share is about right."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return 1 / (1 + exp(-(line[0] * log(share / (1 - share)) + line[1])))


def asked_parts(text: str) -> tuple[str, str]:
    """Return the passage and the question of an input."""
    passage, *rest = parts_of(text)
    return passage, rest[0] if rest else ""
