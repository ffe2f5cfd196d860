"""Fine-tuning of one body with a head for each column, and loading it: losses weigh alike, what a row does not say is left out.

The heads are the rows of one linear layer, so that a model is a plain one of Transformers whose outputs have names.
Cross entropy is divided by ln(classes) and squared error by the variance: each is 1 for a model that knows nothing.
"""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.loop.objective import ClassObjective, EvalOutput, NumberObjective
from bigmodel.training.loop.recipe import ColumnsParams
from bigmodel.training.pretrained import load_trained
from bigmodel.training.text.columns.apart import ColumnsAnswers, Trained, load_apart, measure_apart
from bigmodel.training.text.columns.aside import Aside
from bigmodel.training.text.columns.heads import scores_of
from bigmodel.training.text.finetune import fit_head, keep_head
from bigmodel.training.text.predictor import TextPredictor, load_ood_reference


class ColumnsObjective:
    """The mean of the losses of all columns; targets are (rows, columns) with NaN for what is not said."""

    def __init__(self, data: TaskData, params: ColumnsParams) -> None:
        self.labels = data.labels
        self.outputs = len(data.labels)
        self._heads = heads_of(data.labels)
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
        return total / len(self._heads)

    def look(self, raw: Tensor, targets: Tensor) -> EvalOutput:
        return raw.float().cpu(), targets.cpu()

    def measure(self, looks: Sequence[EvalOutput]) -> dict[str, float]:
        raw, targets = (torch.cat([look[side] for look in looks]) for side in (0, 1))
        losses, scores = [], []
        for at, (head, part) in enumerate(zip(self._heads, self._parts, strict=True)):
            pair = _said(raw, targets, head, at)
            if len(pair[1]):
                found = part.measure([pair])
                losses.append(found["loss"] * _scale(head))
                scores.append(found["macro_f1"] if head.classes else max(0.0, found["r2"]))
        return {"loss": float(np.mean(losses or [0])), "mean_score": float(np.mean(scores or [0]))}

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


class ColumnsPredictor(ColumnsAnswers, TextPredictor):
    """A fine-tuned model that answers every column."""

    @property
    def parameters(self) -> int:
        """How many numbers it consists of."""
        return sum(weights.numel() for weights in self._model.parameters())

    def _scores(self, raw: Tensor) -> list[list[float]]:
        return scores_of(raw.double().numpy(), self.heads)


def train(
    data: TaskData, params: ColumnsParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fine-tune one body to all columns and leave the best weights in the folder.

    Where it is asked for, a model for each column is trained too, on the same rows with the same settings; a time
    limit is shared evenly between all trainings. A training that was gone on from is not compared: its time is unknown.

    Raises:
        TrainingError: `columns_none_to_learn`.
    """
    heads = heads_of(data.labels)
    if not heads:
        raise TrainingError("columns_none_to_learn")
    each = params
    if params.compare_apart:
        limit = params.budget_s // (1 + len(heads))
        each = params.model_copy(update={"budget_s": max(limit, int(params.budget_s > 0))})
    start = _clock()
    is_resumed = report.resume is not None
    fitted = fit_head(ColumnsObjective(data, each), data, each, base, report)
    seconds = _clock() - start
    keep_head(fitted, data, base, folder=folder, report=report, limit_s=params.budget_s)
    if not params.compare_apart:
        return
    if is_resumed:
        report.note("training.note.apart_skipped", "warning")
        return
    shared = load(folder)
    took = Trained(shared.predict, shared.parameters, seconds)
    measure_apart(data, took, lambda part: _alone(part, each, base, report), folder)


def load(folder: Path) -> ColumnsPredictor:
    """Load a fine-tuned model."""
    model = ColumnsPredictor(*load_trained(folder), load_ood_reference(folder))
    model.apart = load_apart(folder)
    return model


def _alone(data: TaskData, params: ColumnsParams, base: BaseFiles, report: Reporter) -> Trained:
    """Train a model of one column, which nothing is kept of but what it answers."""
    with Aside.begun(report, data.labels[0]) as aside:
        start, objective = _clock(), ColumnsObjective(data, params)
        model, tokenizer, _ = fit_head(objective, data, params, base, aside)
        seconds = _clock() - start
        nn.Module.eval(model)
        predictor = ColumnsPredictor(model, tokenizer)
        return Trained(predictor.predict, predictor.parameters, seconds)


def _clock() -> float:
    """Return seconds of computing: on a processor those of this process alone, so that what else runs does not count."""
    return time.monotonic() if torch.cuda.is_available() else time.process_time()


def _said(raw: Tensor, targets: Tensor, head: Head, at: int) -> EvalOutput:
    """Return the outputs of a column and its targets, of the rows that say something in it."""
    known = ~targets[:, at].isnan()
    truth = targets[known, at]
    return raw[known][:, head.outputs], truth.long() if head.classes else truth


def _scale(head: Head) -> float:
    return 1 / math.log(len(head.classes)) if head.classes else 1.0
