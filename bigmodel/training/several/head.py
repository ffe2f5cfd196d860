"""Linear heads on blocks: logistic or ridge regression, its penalty and the weights of pictures and sounds chosen inside the training rows.

Rows are compared by the sums of their blocks (a linear kernel), so that choosing costs the same however wide blocks are.
It never needs torch.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression, Ridge  # type: ignore[import-untyped]
from sklearn.model_selection import KFold, StratifiedKFold  # type: ignore[import-untyped]

from bigmodel.training.frozen.logistic import class_rows
from bigmodel.training.several.blocks import PICTURE, SOUND, Floats

WEIGHTS = (0.25, 0.5, 2.0)  # of pictures and sounds beside 1
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)  # inverse penalties of logistic regression
PENALTIES = tuple(10.0**power for power in range(6))  # of ridge regression
ROWS, FOLDS, STEPS = 400, 3, 200  # looked at while choosing
LEAST_GAIN = 0.002  # of the measure, relative: a weight that brings less stays 1

Matrix = NDArray[np.float64]
Blocks = Mapping[str, Floats]  # (rows, width) by medium, all of the same energy


@dataclass(frozen=True)
class Goal:
    """What is learned: places of classes, or numbers where `count` is 0."""

    values: Matrix
    count: int

    def take(self, rows: NDArray[np.int64]) -> "Goal":
        return Goal(self.values[rows], self.count)


@dataclass(frozen=True)
class Line:
    """A linear head: weights (outputs, width) for the blocks of its media side by side, and bias (outputs,)."""

    media: tuple[str, ...]
    shares: tuple[float, ...]  # what each medium was weighted with
    weights: Matrix
    bias: Matrix


def fit_line(blocks: Blocks, goal: Goal, seed: int) -> Line:
    """Return the head on some media, with what suits held-out folds of the training rows best."""
    rows = np.random.default_rng(seed).permutation(len(goal.values))[:ROWS]
    kernels = {name: _kernel(block[rows]) for name, block in blocks.items()}
    chosen, asked = dict.fromkeys(blocks, 1.0), goal.take(rows)
    loss, strength = _best(kernels, chosen, asked, seed)
    for name in blocks if len(blocks) > 1 else ():
        for share in WEIGHTS if name in (PICTURE, SOUND) else ():
            tried = {**chosen, name: share}
            found, at = _best(kernels, tried, asked, seed)
            if found < loss * (1 - LEAST_GAIN):
                chosen, loss, strength = tried, found, at
    side = np.hstack([block * chosen[name] for name, block in blocks.items()])
    weights, bias = _fit(side, goal, strength)
    shares = np.concatenate([np.full(b.shape[1], chosen[name]) for name, b in blocks.items()])
    return Line(tuple(blocks), tuple(chosen.values()), weights * shares, bias)


def _kernel(block: Floats) -> Matrix:
    made = block.astype(np.float64)
    return made @ made.T


def _best(
    kernels: Mapping[str, Matrix], shares: Mapping[str, float], goal: Goal, seed: int
) -> tuple[float, float]:
    """Return the least loss on held-out folds and the strength that brings it."""
    total: Matrix = sum(
        (shares[name] ** 2 * kernel for name, kernel in kernels.items()), np.zeros((1, 1))
    )
    values, axes = np.linalg.eigh(total)
    kept = values > 1e-9 * max(float(values[-1]), 1e-12)
    rows = axes[:, kept] * np.sqrt(values[kept])  # the same inner products as the blocks
    strengths = STRENGTHS if goal.count else PENALTIES
    losses = np.zeros(len(strengths))
    folds = _folds(goal, seed)
    for learn, look in folds:
        known, asked = goal.take(learn), goal.take(look)
        for at, strength in enumerate(strengths):
            weights, bias = _fit(rows[learn], known, strength)
            losses[at] += loss_of(rows[look] @ weights.T + bias, asked)
    if not folds:
        return 0.0, strengths[len(strengths) // 2]
    best = int(np.argmin(losses))
    return float(losses[best]), strengths[best]


def _folds(goal: Goal, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    places = np.arange(len(goal.values))
    if len(places) < 2 * FOLDS:
        return []
    fold = StratifiedKFold if goal.count else KFold
    with warnings.catch_warnings():  # a class with fewer rows than folds is not in each of them
        warnings.simplefilter("ignore", UserWarning)
        try:
            found = list(fold(FOLDS, shuffle=True, random_state=seed).split(places, goal.values))
        except ValueError:  # every class has fewer rows than there are folds
            return []
    return [
        (learn, look)
        for learn, look in found
        if not goal.count or len(set(goal.values[learn].tolist())) > 1
    ]


def _fit(rows: Floats | Matrix, goal: Goal, strength: float) -> tuple[Matrix, Matrix]:
    """Return weights (outputs, width) and bias (outputs,)."""
    if not goal.count:
        model = Ridge(alpha=strength).fit(rows, goal.values)
        return np.asarray(model.coef_, np.float64)[None], np.array([float(model.intercept_)])
    model = LogisticRegression(C=strength, max_iter=STEPS)
    with warnings.catch_warnings():  # a few steps short of the optimum is good enough here
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, goal.values.astype(np.int64))
    return class_rows(model, goal.count)


def loss_of(raw: Matrix, goal: Goal) -> float:
    """Return the mean log loss of classes, or the mean squared error of numbers."""
    if not goal.count:
        return float(np.square(raw[:, 0] - goal.values).mean())
    raised = raw - raw.max(axis=1, keepdims=True)
    logs = raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))
    truth: Sequence[int] = goal.values.astype(np.int64).tolist()
    return float(-np.maximum(logs[np.arange(len(raw)), truth], -20.0).mean())
