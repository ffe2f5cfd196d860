"""From targets as people wrote them to numbers a model learns; it must never guess a missing target."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.errors import TrainingError


def class_indices(targets: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Return the index of each target among the labels.

    Raises:
        TrainingError: fewer than two classes, or a target that training rows do not have.
    """
    if len(labels) < 2:
        raise TrainingError("one_class_only", classes=len(labels))
    index = {label: number for number, label in enumerate(labels)}
    unknown = sorted(set(targets) - set(labels))
    if unknown:
        raise TrainingError("class_not_in_training_rows", label=unknown[0][:80])
    return np.array([index[target] for target in targets], dtype=np.int64)


def numbers(targets: Sequence[str]) -> NDArray[np.float64]:
    """Return the targets as numbers; a single comma is a decimal comma, as the check of datasets reads it.

    Raises:
        TrainingError: a target does not read as a finite number.
    """
    values = np.empty(len(targets), dtype=np.float64)
    for row, target in enumerate(targets):
        try:
            values[row] = float(target.strip().replace(",", ".", 1))
        except ValueError as error:
            raise TrainingError("target_not_a_number", value=target[:40]) from error
    if not np.isfinite(values).all():
        raise TrainingError("target_not_a_number", value="inf")
    return values


def balanced_weights(classes: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Return one weight a class, larger for rarer ones, such that the mean over rows is 1."""
    rows = np.bincount(classes, minlength=count).astype(np.float64)
    present = np.count_nonzero(rows)
    return np.where(rows > 0, len(classes) / (present * np.maximum(rows, 1.0)), 1.0)
