"""How strange an input is, from several signs measured against rows that are known; it keeps no rows.

A sign is a number that is larger for stranger inputs: the distance to the nearest training rows, the share of
pieces that no training row has, how little speaks for any class. Each is brought to the spread it has among known
rows that the model did not learn from; together they are as long as a vector of what exceeds the middle.
The threshold is the split-conformal one (Vovk, Gammerman and Shafer 2005): of further known rows about
`FALSE_ALARMS` lie above it, however the signs are spread. It takes 19 known rows to say that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FALSE_ALARMS = 0.05  # share of known rows that may be called strange
FEWEST_KNOWN = 5  # rows below which nothing can be said
TURNS = 5
SPREAD = 0.8  # of known rows lie below one spread above the middle: few enough that no single row moves it
LEAST = 0.01  # spread of a sign that hardly varies
LEAST_INSIDE = 1e-4  # the same of distances inside a network, which may be close to one another
SMALLEST = 1e-6  # threshold

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class OodCalibration:
    """What is usual among known rows: the middle and the upper spread of each sign, and the threshold."""

    middles: tuple[float, ...]
    spreads: tuple[float, ...]
    threshold: float

    def ood_score(self, ood_features: Floats) -> list[float]:
        """Return how strange each input is; above 1 is strange. `signs` are (inputs, signs)."""
        return [float(far) / self.threshold for far in self._together(ood_features)]

    def _together(self, ood_features: Floats) -> Floats:
        above = np.maximum(0.0, (ood_features - np.array(self.middles)) / np.array(self.spreads))
        lengths: Floats = np.sqrt((above**2).sum(axis=1))
        return lengths


def fit_calibration(
    ood_features: Floats, least: float | Sequence[float] = LEAST
) -> OodCalibration | None:
    """Return what is usual among the signs (rows, signs) of known rows; None for too few of them.

    `least` is the smallest spread of each sign: below it, a difference counts for nothing.
    """
    if len(ood_features) < FEWEST_KNOWN:
        return None
    middles = np.median(ood_features, axis=0)
    spreads = np.maximum(least, np.quantile(ood_features, SPREAD, axis=0) - middles)
    plain = OodCalibration(tuple(middles.tolist()), tuple(spreads.tolist()), 1.0)
    threshold = max(SMALLEST, conformal_threshold(plain.ood_score(ood_features)))
    return OodCalibration(plain.middles, plain.spreads, threshold)


def calibration_from(record: Mapping[str, Any]) -> OodCalibration:
    """Return what was written as JSON."""
    return OodCalibration(tuple(record["middles"]), tuple(record["spreads"]), record["threshold"])


def conformal_threshold(values: Sequence[float]) -> float:
    """Return what at most a share of `FALSE_ALARMS` of further values exceed; the largest for few values."""
    place = int(np.ceil((len(values) + 1) * (1 - FALSE_ALARMS)))
    return float(np.sort(values)[min(len(values), place) - 1])


def cross_fitted(
    rows: int, signs_of: Callable[[Numbers, Numbers], Floats | None]
) -> Iterator[Floats]:
    """Yield the signs of rows that each in its turn was left out of learning.

    Args:
        signs_of: gets the numbers of the rows to learn from and of those to look at; None: it cannot.
    """
    numbers = np.arange(rows)
    for turn in range(TURNS):
        is_left_out = numbers % TURNS == turn
        if is_left_out.any() and not is_left_out.all():
            ood_features = signs_of(numbers[~is_left_out], numbers[is_left_out])
            if ood_features is not None:
                yield ood_features
