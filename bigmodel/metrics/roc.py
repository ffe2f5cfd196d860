"""ROC and precision-recall lines with their areas, ties included; lines are thinned, areas never change by it.

Area under ROC as the chance that a row of the class ranks above another (Fawcett 2006, algorithm 1);
area under precision-recall as average precision, a sum without interpolation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.metrics.counts import Floats, Ints

MOST_POINTS = 200
MOST_LINES = 30  # beyond it a figure is a tangle; areas are still there for every class


@dataclass(frozen=True)
class Line:
    """A line of a figure: ROC (false against true positive rate) or precision-recall (recall against precision)."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float


def roc_line(label: str, is_class: NDArray[np.bool_], scores: Floats) -> Line | None:
    """Return false against true positive rate, or None when one of the two sides has no row."""
    true, false = _steps(is_class, scores)
    if true[-1] == 0 or false[-1] == 0:
        return None
    x, y = np.r_[0, false] / false[-1], np.r_[0, true] / true[-1]
    return _line(label, x, y, float(np.trapezoid(y, x)))


def precision_recall_line(label: str, is_class: NDArray[np.bool_], scores: Floats) -> Line | None:
    """Return recall against precision from the surest answer on, or None when no row is of the class."""
    true, false = _steps(is_class, scores)
    if true[-1] == 0:
        return None
    recall, precision = true / true[-1], true / (true + false)
    area = float((np.diff(recall, prepend=0.0) * precision).sum())
    return _line(label, np.r_[0.0, recall], np.r_[precision[0], precision], area)


def class_lines(
    labels: Sequence[str], truth: Ints, scores: Floats
) -> tuple[list[Line | None], list[Line | None]]:
    """Return the ROC and the precision-recall line of every class, in the order of the labels."""
    sides = [(label, truth == index, scores[:, index]) for index, label in enumerate(labels)]
    return [roc_line(*side) for side in sides], [precision_recall_line(*side) for side in sides]


def micro_line(label: str, truth: Ints, scores: Floats) -> Line | None:
    """Return the ROC line over all (row, class) pairs at once."""
    is_class = np.zeros(scores.shape, dtype=np.bool_)
    is_class[np.arange(len(truth)), truth] = True
    return roc_line(label, is_class.ravel(), scores.ravel())


def _steps(is_class: NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats]:
    """Return how many rows of the class, and of the others, score at least as much as each threshold."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, sorted_class = scores[order], is_class[order]
    last = np.r_[np.nonzero(np.diff(sorted_scores))[0], len(scores) - 1]  # last row of each tie
    true = np.cumsum(sorted_class)[last].astype(np.float64)
    return true, last + 1 - true


def _line(label: str, x: Floats, y: Floats, area: float) -> Line:
    kept = _thinned(x, y)
    return Line(label, _rounded(x[kept]), _rounded(y[kept]), area)


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(np.round(values, 5).tolist())


def _thinned(x: Floats, y: Floats) -> NDArray[np.intp]:
    """Return the corners of a line; of too many corners, those evenly spaced along it."""
    across = np.diff(x)[1:] * np.diff(y)[:-1] - np.diff(x)[:-1] * np.diff(y)[1:]
    corners = np.r_[0, np.nonzero(np.abs(across) > 1e-15)[0] + 1, len(x) - 1]
    if len(corners) <= MOST_POINTS:
        return np.unique(corners)
    walked = np.r_[0.0, np.cumsum(np.hypot(np.diff(x[corners]), np.diff(y[corners])))]
    wanted = np.linspace(0.0, walked[-1], MOST_POINTS)
    kept: NDArray[np.intp] = corners[
        np.unique(np.searchsorted(walked, wanted).clip(0, len(corners) - 1))
    ]
    return kept
