"""The instant model of several columns: one TF-IDF, and a linear model on it for each column; words are marked by a model of their own.

It never needs torch.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Explanation, Reporter
from bigmodel.training.loop.recipe import ColumnsParams
from bigmodel.training.loop.targets import class_indices, numbers
from bigmodel.training.ood.score import Floats
from bigmodel.training.text.baseline import (
    MOST_TO_CHOOSE,
    STEPS,
    USUAL,
    TextBaseline,
    fit_class_head,
    fit_number_head,
    is_instant,
    load_baseline,
    read_features,
    strength_on,
    train_by,
)
from bigmodel.training.text.columns.apart import ColumnsAnswers, Trained, load_apart, measure_apart
from bigmodel.training.text.columns.heads import marked_rows, scores_of
from bigmodel.training.text.tagging import instant as tagging
from bigmodel.training.text.tagging.instant import InstantTagger

TAGGED_PART = 3  # of a budget is what all marking of words may take
MARKS = "instant-marks-{}"  # files of the model of each column of marked words


class ColumnsBaseline(ColumnsAnswers, TextBaseline):
    """A loaded instant model. `taggers` mark the words of the columns that hold such, in their order."""

    taggers: tuple[InstantTagger, ...] = ()

    @property
    def parameters(self) -> int:
        """How many numbers it consists of; tags of words are no outputs of the linear model."""
        marks = sum(tagger.parameters for tagger in self.taggers)
        outputs = sum(len(head.names) for head in self.heads if not head.kinds)
        if not outputs:
            return marks
        rarity = len(self._pieces.rarity) + (len(self._words.rarity) if self._words else 0)
        return marks + rarity + outputs * (int(self._weights.shape[1]) + 1)

    def save(self, folder: Path) -> None:
        super().save(folder)
        for at, tagger in enumerate(self.taggers):
            tagger.save(folder, MARKS.format(at))

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        return self._with_marks(inputs, super().answer(inputs))

    def look(self, inputs: Sequence[str]) -> tuple[list[Answer], list[Explanation]]:
        answers, told = super().look(inputs)
        return self._with_marks(inputs, answers), told

    def _with_marks(self, inputs: Sequence[str], answers: Sequence[Answer]) -> list[Answer]:
        found = zip(*(tagger.answer(inputs) for tagger in self.taggers), strict=True)
        marks = list(found) or [()] * len(answers)
        return [replace(answer, marks=row) for answer, row in zip(answers, marks, strict=True)]

    def _scores(self, raw: Floats) -> list[list[float]]:
        return scores_of(raw, self.heads)

    def _doubt(self, raw: Floats) -> Floats | None:
        """Return how little speaks for any class, the mean over the columns that have classes."""
        doubts: list[Floats] = []
        for head in self.heads:
            bias = self._bias[head.outputs]
            known = raw[:, head.outputs][:, np.isfinite(bias)]
            if head.classes:
                doubts.append(known.mean(axis=1) - known.max(axis=1))
        doubt: Floats = np.mean(doubts, axis=0) if doubts else np.zeros(len(raw))
        return doubt


def train(data: TaskData, params: ColumnsParams, folder: Path, report: Reporter) -> None:
    """Train the instant model, write it into the folder, and what models of one column each answer to held-out rows.

    Raises:
        TrainingError: `columns_none_to_learn`.
    """
    heads, tagged = heads_of(data.labels), _Tagged(params, report)
    if not heads:
        raise TrainingError("columns_none_to_learn")
    strengths, model, shared = _timed(data, params, tagged)

    def fit(rows: Rows) -> TextBaseline:
        if rows is data.train:
            return model
        return _fit(rows, heads, data.labels, params, strengths)

    train_by(fit, data, folder, report)

    def alone(part: TaskData) -> Trained:
        report.step(phase="instant", step=STEPS, steps=STEPS)
        return _timed(part, params, tagged)[2]

    measure_apart(data, shared, alone, folder)


def load(folder: Path) -> ColumnsBaseline:
    """Load an instant model."""
    model = load_baseline(folder, ColumnsBaseline)
    assert isinstance(model, ColumnsBaseline)  # noqa: S101 - as asked for
    model.apart = load_apart(folder)
    marked = sum(bool(head.kinds) for head in model.heads)
    model.taggers = tuple(tagging.load(folder, MARKS.format(at)) for at in range(marked))
    return model


def choose_strengths(rows: Rows, heads: Sequence[Head], params: ColumnsParams) -> dict[str, float]:
    """Return the inverse penalty of each column of classes; the rows are read once for all of them.

    A column of which no row that is looked at has a class has none.
    """
    if not any(head.classes for head in heads):
        return {}
    step = max(1, len(rows) // MOST_TO_CHOOSE)
    features = read_features(rows.inputs[::step]).features
    found = {}
    for head in heads:
        values = [head.value(cell) for cell in rows.targets[::step]]
        known = [place for place, value in enumerate(values) if value]
        if head.classes and known:
            classes = class_indices([values[place] for place in known], head.classes)
            found[head.column] = strength_on(features[known], classes, len(head.classes), params)
    return found


def _fit(
    rows: Rows,
    heads: Sequence[Head],
    labels: tuple[str, ...],
    params: ColumnsParams,
    strengths: dict[str, float],
) -> ColumnsBaseline:
    """Return a model of some rows: a linear one for each column, on features that are read once."""
    read = read_features(rows.inputs)
    weights: Floats = np.zeros((len(labels), read.features.shape[1]))
    bias: Floats = np.zeros(len(labels))
    for head in heads:
        if head.kinds:
            continue
        values = [head.value(cell) for cell in rows.targets]
        known = [place for place, value in enumerate(values) if value]
        told = [values[place] for place in known]
        if len(set(told)) < 2:
            raise TrainingError("one_class_only", classes=len(set(told)))
        features = read.features[known]
        if head.classes:
            classes, count = class_indices(told, head.classes), len(head.classes)
            found = fit_class_head(
                features, classes, count, strengths.get(head.column, USUAL), params
            )
        else:
            found = fit_number_head(features, numbers(told), params.seed)
        weights[head.outputs], bias[head.outputs] = found
    model = read.model(rows, weights, bias, labels, ColumnsBaseline)
    assert isinstance(model, ColumnsBaseline)  # noqa: S101 - as asked for
    return model


class _Tagged:
    """Models of columns of marked words, each made once: alone they learn the same rows. Together they keep to a part of the budget."""

    def __init__(self, params: ColumnsParams, report: Reporter) -> None:
        self._report, self._known = report, dict[str, tuple[InstantTagger, float]]()
        self._until = time.monotonic() + params.budget_s / TAGGED_PART if params.budget_s else inf

    def of(self, data: TaskData, head: Head) -> tuple[InstantTagger, float]:
        """Return the model of a column, and the seconds that the processor took."""
        if head.column not in self._known:
            start, rows = time.process_time(), marked_rows(data.train, head)
            tagger = tagging.fit(rows, head.kinds, self._report, until=self._until)
            self._known[head.column] = tagger, time.process_time() - start
        return self._known[head.column]


def _timed(
    data: TaskData, params: ColumnsParams, tagged: _Tagged
) -> tuple[dict[str, float], ColumnsBaseline, Trained]:
    """Return penalties and model of all columns of some rows, and how long the processor took: what else runs does not count."""
    start, heads = time.process_time(), heads_of(data.labels)
    strengths = choose_strengths(data.train, heads, params)
    model = _fit(data.train, heads, data.labels, params, strengths)
    has_rows = any(not head.kinds for head in heads)  # else nothing reads whole texts
    seconds = time.process_time() - start if has_rows else 0.0
    found = [tagged.of(data, head) for head in heads if head.kinds]
    model.taggers = tuple(tagger for tagger, _ in found)
    seconds += sum(took for _, took in found)
    return strengths, model, Trained(model.answer, model.parameters, seconds)


__all__ = ["ColumnsBaseline", "is_instant", "load", "train"]
