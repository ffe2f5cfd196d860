"""A linear head on vectors of a frozen encoder: logistic or ridge regression, its penalty chosen on rows it did not learn from.

The probe of Alain and Bengio 2017. It never needs torch.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression, RidgeCV  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

from bigmodel.core.errors import TrainingError
from bigmodel.training.frozen.cache import SeenRows
from bigmodel.training.frozen.logistic import class_rows
from bigmodel.training.loop.targets import class_indices, numbers

STRENGTHS = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)  # inverse penalties, on standardised features
USUAL = 3e-3  # where too few rows are left to choose by
FEWEST_HELD = 100  # held-out rows below which folds of the training rows choose
FOLDS = 3
STEPS = 150
PENALTIES = tuple(10.0**power for power in range(1, 7))  # of ridge regression

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class LinearHead:
    """weights: (outputs, features), bias: (outputs,); both for vectors as the encoder gives them."""

    weights: Matrix
    bias: Matrix

    def raw(self, vectors: Floats) -> Matrix:
        """Return logits or values, (rows, outputs)."""
        answers: Matrix = vectors.astype(np.float64) @ self.weights.T + self.bias
        return answers


@dataclass(frozen=True)
class LabelledVectors:
    """Vectors of some rows, (rows, features), and their classes."""

    vectors: Floats
    classes: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> "LabelledVectors":
        return LabelledVectors(self.vectors[rows], self.classes[rows])


def fit_head(
    train: SeenRows, held: SeenRows, labels: tuple[str, ...], *, is_balanced: bool = False
) -> LinearHead:
    """Return the head for classes, or for numbers where there are no labels.

    Raises:
        TrainingError: targets that are no classes of the training rows, or no numbers.
    """
    if not labels:
        return fit_regressor(train.vectors, numbers(train.targets))
    known, looked = (
        LabelledVectors(part.vectors, class_indices(part.targets, labels)) for part in (train, held)
    )
    if len(set(known.classes.tolist())) < 2:
        raise TrainingError("one_class_only", classes=1)
    return fit_classifier(known, looked, len(labels), is_balanced=is_balanced)


def fit_classifier(
    train: LabelledVectors, held: LabelledVectors, count: int, *, is_balanced: bool = False
) -> LinearHead:
    """Return logistic regression on the training rows, with the penalty whose held-out log loss is least."""
    losses = np.zeros(len(STRENGTHS))
    for learn, look in _trials(train, held):
        losses += [_log_loss(head, look) for head in _path(learn, count, STRENGTHS, is_balanced)]
    best = STRENGTHS[int(np.argmin(losses))] if losses.any() else USUAL
    [head] = _path(train, count, (best,), is_balanced)
    return head


def fit_regressor(vectors: Floats, values: Matrix) -> LinearHead:
    """Return ridge regression; its penalty comes from leaving out one row at a time, which has a closed form."""
    centre, scale = _scale_of(vectors)
    middle, spread = float(values.mean()), float(values.std()) or 1.0
    model = RidgeCV(alphas=PENALTIES).fit((vectors - centre) / scale, (values - middle) / spread)
    weights = np.asarray(model.coef_, np.float64).reshape(1, -1) * spread / scale
    bias = np.array([float(model.intercept_) * spread + middle]) - weights @ centre
    return LinearHead(weights, bias)


def _trials(
    train: LabelledVectors, held: LabelledVectors
) -> list[tuple[LabelledVectors, LabelledVectors]]:
    """Return which rows to learn from and which to look at while the penalty is chosen."""
    if len(held.classes) >= FEWEST_HELD:
        return [(train, held)]
    if np.bincount(train.classes).max() < FOLDS:
        return []
    with warnings.catch_warnings():  # a class with fewer rows than folds is not in each of them
        warnings.simplefilter("ignore", UserWarning)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        found = list(folds.split(train.vectors, train.classes))
    return [
        (train.take(learn), train.take(look))
        for learn, look in found
        if len(set(train.classes[learn].tolist())) > 1
    ]


def _path(
    rows: LabelledVectors, count: int, strengths: tuple[float, ...], is_balanced: bool
) -> list[LinearHead]:
    """Return a head for each strength; each begins where the one before ended."""
    centre, scale = _scale_of(rows.vectors)
    standard = (rows.vectors - centre) / scale
    weighting = "balanced" if is_balanced else None
    model = LogisticRegression(class_weight=weighting, max_iter=STEPS, warm_start=True)
    heads = []
    for strength in strengths:
        model.set_params(C=strength)
        with warnings.catch_warnings():  # a few steps short of the optimum is good enough here
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(standard, rows.classes)
        heads.append(_unscaled(model, count, centre, scale))
    return heads


def _unscaled(model: LogisticRegression, count: int, centre: Floats, scale: Floats) -> LinearHead:
    """Return a fitted model as a head for raw vectors, with an output for each class, seen or not."""
    weights, bias = class_rows(model, count)
    weights = weights / scale
    return LinearHead(weights, bias - weights @ centre)


def _scale_of(vectors: Floats) -> tuple[Floats, Floats]:
    return vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-3)


def _log_loss(head: LinearHead, look: LabelledVectors) -> float:
    raw = head.raw(look.vectors)
    raw -= raw.max(axis=1, keepdims=True)
    logs = raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))
    return float(-np.maximum(logs[np.arange(len(raw)), look.classes], -20.0).mean())
