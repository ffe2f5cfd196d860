"""From counts of (true class, answered class) to accuracy, precision, recall and F1; it never sees a probability.

Every function takes counts with any leading axes, so that a thousand resamples are one call.
"Every class" means the classes that occur among truths or answers, as scikit-learn does by default.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """Per class: `rows` of it, `named` answers of it, and `found` where both agree. Last axis: classes."""

    rows: Ints
    named: Ints
    found: Ints


@dataclass(frozen=True)
class KindCounts:
    """Counts of every row, by kind: marks or boxes that are true, that were `named`, and those `found`, (rows, kinds) each."""

    kinds: tuple[str, ...]
    true: Ints
    named: Ints
    found: Ints

    @property
    def columns(self) -> Floats:
        """(3, rows) found, named and true ones of all kinds."""
        sides = (self.found, self.named, self.true)
        return np.stack([side.sum(axis=1).astype(np.float64) for side in sides])

    @property
    def errors(self) -> Ints:
        """(rows,) those that are missing or too many."""
        missing: Ints = (self.true + self.named - 2 * self.found).sum(axis=1)
        return missing


def confusion(truth: Ints, answers: Ints, classes: int) -> Ints:
    """Return the matrix (classes, classes) of rows by true class (first axis) and answer."""
    flat = np.bincount(truth * classes + answers, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)


def of_confusion(matrix: Ints) -> Counts:
    """Return the counts of a confusion matrix."""
    return Counts(matrix.sum(axis=1), matrix.sum(axis=0), matrix.diagonal().copy())


def precision(counts: Counts) -> Floats:
    """Return the share of the answers of each class that are right, 0 where there are none."""
    return ratio(counts.found, counts.named)


def recall(counts: Counts) -> Floats:
    """Return the share of the rows of each class that are found, 0 where there are none."""
    return ratio(counts.found, counts.rows)


def f1(counts: Counts) -> Floats:
    """Return the harmonic mean of precision and recall of each class."""
    return ratio(2 * counts.found, counts.rows + counts.named)


def measures(counts: Counts) -> dict[str, Floats]:
    """Return every measure that needs counts only, one number for each leading index."""
    total = np.maximum(counts.rows.sum(axis=-1), 1)
    occurs = (counts.rows + counts.named) > 0
    weight = counts.rows / total[..., None]
    parts = {"precision": precision(counts), "recall": recall(counts), "f1": f1(counts)}
    values = {
        "accuracy": counts.found.sum(axis=-1) / total,
        "balanced_accuracy": _mean(parts["recall"], counts.rows > 0),
    }
    for name, part in parts.items():
        values[f"macro_{name}"] = _mean(part, occurs)
        values[f"weighted_{name}"] = (part * weight).sum(axis=-1)
    return values


def ratio(part: Ints | Floats, whole: Ints | Floats) -> Floats:
    """Return part by whole, 0 where the whole is nothing."""
    result: Floats = np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)
    return result


def _mean(values: Floats, counted: NDArray[np.bool_]) -> Floats:
    result: Floats = (values * counted).sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1)
    return result
