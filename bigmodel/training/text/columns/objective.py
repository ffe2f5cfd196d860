"""What a model of several columns strives for: losses weigh alike, what a row does not say is left out; it knows no model.

Cross entropy is divided by ln(classes), that of tags by the entropy of their shares, and squared error by the variance:
each is 1 for a model that knows nothing.
"""

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.training.loop.objective import ClassObjective, EvalOutput, NumberObjective
from bigmodel.training.loop.recipe import ColumnsParams


class ColumnsObjective:
    """The mean of the losses of all columns of classes and numbers; targets are (rows, columns) with NaN for what is not said."""

    def __init__(self, data: TaskData, params: ColumnsParams) -> None:
        self.labels = data.labels
        self.outputs = len(data.labels)
        self._heads = [head for head in heads_of(data.labels) if not head.kinds]
        told = [[v for cell in data.train.targets if (v := head.value(cell))] for head in self._heads]  # fmt: skip
        # rows that are said weigh more where few are: batches may be cut, so that weights are constants
        self._weights = [len(data.train) / max(1, len(values)) for values in told]
        self._parts: list[ClassObjective | NumberObjective] = [
            ClassObjective(
                head.classes,
                values,
                smoothing=params.label_smoothing,
                is_balanced=params.class_weights == "balanced",
            )
            if head.classes
            else NumberObjective(values)
            for head, values in zip(self._heads, told, strict=True)
        ]

    def bind_head(self, head: nn.Linear) -> None:
        for part, rows in self._rows(head):
            part.bind_head(rows)

    def unscale_head(self, head: nn.Linear) -> None:
        for part, rows in self._rows(head):
            part.unscale_head(rows)

    def targets(self, targets: Sequence[str]) -> Tensor:
        found = torch.full((len(targets), len(self._heads)), math.nan)
        for at, (head, part) in enumerate(zip(self._heads, self._parts, strict=True)):
            values = [head.value(cell) for cell in targets]
            known = [place for place, value in enumerate(values) if value]
            if known:
                found[known, at] = part.targets([values[place] for place in known]).float()
        return found

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        total = raw.float().sum() * 0.0  # of a batch that says nothing
        for at, (head, part) in enumerate(zip(self._heads, self._parts, strict=True)):
            mine, truth = _said(raw, targets, head, at)
            if len(truth):
                share = len(truth) / len(targets)
                total = total + part.loss(mine, truth) * share * self._weights[at] * _scale(head)
        return total / max(1, len(self._heads))

    def look(self, raw: Tensor, targets: Tensor) -> EvalOutput:
        return raw.float().cpu(), targets.cpu()

    def measure(self, looks: Sequence[EvalOutput]) -> dict[str, float]:
        return mean_of(*self.by_column(looks))

    def by_column(self, looks: Sequence[EvalOutput]) -> tuple[list[float], list[float]]:
        """Return the loss and the score of each column of which rows say something."""
        raw, targets = (torch.cat([look[side] for look in looks]) for side in (0, 1))
        losses, scores = [], []
        for at, (head, part) in enumerate(zip(self._heads, self._parts, strict=True)):
            pair = _said(raw, targets, head, at)
            if len(pair[1]):
                found = part.measure([pair])
                losses.append(found["loss"] * _scale(head))
                scores.append(found["macro_f1"] if head.classes else max(0.0, found["r2"]))
        return losses, scores

    def score(self, measures: dict[str, float]) -> float:
        return measures["mean_score"] - 1e-3 * measures["loss"]  # among equals, the surer one

    def _rows(self, layer: nn.Linear) -> list[tuple[ClassObjective | NumberObjective, Any]]:
        """Return each column's part of the last layer, as views (Any: they stand for a layer)."""
        bias = getattr(layer, "bias", None)
        found = []
        for head, part in zip(self._heads, self._parts, strict=True):
            mine = None if bias is None else bias[head.outputs]
            found.append((part, SimpleNamespace(weight=layer.weight[head.outputs], bias=mine)))
        return found


def mean_of(
    losses: Sequence[float], scores: Sequence[float], weights: Sequence[float] | None = None
) -> dict[str, float]:
    """Return the measures of all columns together; `weights` are those of the losses."""
    loss = float(np.average(losses, weights=weights)) if losses else 0.0
    return {"loss": loss, "mean_score": float(np.mean(scores or [0]))}


def _said(raw: Tensor, targets: Tensor, head: Head, at: int) -> EvalOutput:
    """Return the outputs of a column and its targets, of the rows that say something in it."""
    known = ~targets[:, at].isnan()
    truth = targets[known, at]
    return raw[known][:, head.outputs], truth.long() if head.classes else truth


def _scale(head: Head) -> float:
    return 1 / math.log(len(head.classes)) if head.classes else 1.0
