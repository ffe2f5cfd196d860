"""How much better a model gets with more labelled rows: a power law through its learning curve. Numbers in, numbers out.

The error falls as a / n^b over a wide range of row counts (Cortes et al. 1993, Hestness et al. 2017). Two
parameters are all that a few noisy points carry; how unsure they are is found by drawing the repeats anew. As
repeats share most of their rows, their spread is too small, and is widened as Nadeau and Bengio (2003) do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.metrics.intervals import wilson

RESAMPLES = 400
SEED = 20_240_601
LEAST_MISTAKES = 0.5  # an error of nothing has no logarithm
MOST_SIZES = 5
FEWEST_SIZES = 3
STEP = 1.6  # one size over the next smaller
FEWEST_HELD = 30  # different rows that were answered, below which nothing can be told
WIDEST = 0.15  # a range this wide says nothing
LOW, HIGH = 2.5, 97.5  # percentiles

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """Accuracy on held-out rows after learning from so many, with its interval of 95 %."""

    rows: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class LearningCurve:
    """A learning curve, and what `more` rows would add to the accuracy; None where that cannot be told yet."""

    points: tuple[Point, ...] = ()
    held: int = 0  # different rows that were answered
    more: int = 0
    gain: tuple[float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "LearningCurve":
        points = tuple(Point(**point) for point in value["points"])
        gain = value["gain"]
        return cls(points, value["held"], value["more"], (gain[0], gain[1]) if gain else None)


def sizes(most: int, fewest: int) -> list[int]:
    """Return the numbers of rows to learn from, smallest first, evenly apart on a logarithmic axis."""
    found: list[int] = []
    size = float(most)
    while len(found) < MOST_SIZES and round(size) >= fewest:
        found.append(round(size))
        size /= STEP
    return found[::-1]


def growth(
    learned: Sequence[int],
    right: Sequence[Sequence[float]],
    *,
    held: int,
    rows: int,
    more: int,
    ratio: float = 0.25,
) -> LearningCurve:
    """Return the curve and the gain.

    Args:
        learned: rows learned from, smallest first.
        right: (repeats, sizes) share of held-out answers that were right.
        held: different rows that were answered, over all repeats.
        rows: rows there are, of which each repeat learned from a part.
        more: rows to add to them.
        ratio: rows held out over rows learned from, in each repeat.
    """
    shares = np.asarray(right, np.float64)
    if not shares.size:
        return LearningCurve(more=more)
    points = []
    for size, share in zip(learned, shares.mean(axis=0).tolist(), strict=True):
        found = wilson(round(share * held), held)
        points.append(Point(size, share, min(share, found.low), max(share, found.high)))
    widened = np.sqrt(1.0 + len(shares) * ratio)
    gain = _gain(learned, shares, held, (rows, rows + more), widened)
    return LearningCurve(tuple(points), held, more, gain)


def _gain(
    learned: Sequence[int], shares: Floats, held: int, between: tuple[int, int], widened: float
) -> tuple[float, float] | None:
    if len(learned) < FEWEST_SIZES or held < FEWEST_HELD or len(shares) < 2:
        return None
    random = np.random.default_rng(SEED)
    drawn = random.integers(0, len(shares), (RESAMPLES, len(shares)))
    errors = np.maximum(1.0 - shares[drawn].mean(axis=1), LEAST_MISTAKES / held)
    now, then = _errors_at(np.asarray(learned, np.float64), errors, between)
    low, middle, high = (float(at) for at in np.percentile(now - then, (LOW, 50.0, HIGH)))
    low, high = (max(0.0, middle + widened * (end - middle)) for end in (low, high))
    return (low, high) if high - low <= WIDEST else None


def _errors_at(learned: Floats, errors: Floats, wanted: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return the error of each resample at two sizes: a line through the logarithms that never rises.

    `errors` is (resamples, sizes). Larger sizes weigh more, because it is from them that one looks ahead.
    """
    weights = np.sqrt(learned)
    middle_x = np.average(np.log(learned), weights=weights)
    x, y = np.log(learned) - middle_x, np.log(errors)
    middle_y = np.average(y, axis=1, weights=weights)
    slope = (weights * x * (y - middle_y[:, None])).sum(axis=1) / (weights * x**2).sum()
    at = np.log(np.asarray(wanted, np.float64)) - middle_x
    found = np.exp(middle_y[:, None] + np.minimum(slope, 0.0)[:, None] * at[None, :])
    found = np.minimum(found, 1.0)
    return found[:, 0], found[:, 1]
