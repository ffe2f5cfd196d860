"""Marked words among several columns: one layer answers each piece of a text, a class or a number being its mean over the pieces.

A linear layer on the mean of states is the mean of that layer on each state: so a model is a plain one of
Transformers that answers pieces, and its heads share one body.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bigmodel.answers.columns import Several
from bigmodel.answers.spans import Marked
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.training.loop import batches
from bigmodel.training.loop.objective import EvalOutput
from bigmodel.training.loop.recipe import ColumnsParams
from bigmodel.training.text.columns.heads import scores_of
from bigmodel.training.text.columns.objective import ColumnsObjective, mean_of
from bigmodel.training.text.columns.predictor import ColumnsPredictor
from bigmodel.training.text.encode import Encoded
from bigmodel.training.text.predictor import ANSWER_BATCH, mean_state
from bigmodel.training.text.tagging.aligned import (
    IGNORED,
    PieceExamples,
    begin_at_shares,
    encoded,
    window_tags,
)
from bigmodel.training.text.tagging.decode import Floats, allowed
from bigmodel.training.text.tagging.finetune import Look, TagObjective, marked_texts
from bigmodel.training.text.tagging.pieces import Pieces, log_softmax, read

Looks = tuple[EvalOutput, list[Look]]  # of classes and numbers, and of each column of marks


class MarkedObjective:
    """The mean of the losses of all columns. Targets are (windows, tokens, columns), those of marks last; NaN for what is not said.

    The pieces of a row pull the body in ways of their own, so their mean is as small as the root of their number,
    while a class or a number pulls all of them one way: tags weigh that root more, else they are hardly learned.
    """

    nothing: float = math.nan

    def __init__(self, data: TaskData, params: ColumnsParams) -> None:
        self.labels, self.outputs = data.labels, len(data.labels)
        self._rows = ColumnsObjective(data, params)
        heads = heads_of(data.labels)
        self._tagged = [head for head in heads if head.kinds]
        self._flat = len(heads) - len(self._tagged)
        self._parts = [TagObjective(head.kinds) for head in self._tagged]
        self._scales = [1.0] * len(self._tagged)
        self._weights = [1.0] * len(self._tagged)  # of the loss of a column of classes or numbers

    def targets(self, pieces: Pieces, targets: Sequence[str], *, by_words: bool) -> list[Tensor]:
        rows = self._rows.targets(targets)
        tags = [
            window_tags(pieces, [head.value(t) for t in targets], head.tags, by_words=by_words)
            for head in self._tagged
        ]
        found = []
        for at, window in enumerate(pieces.windows):
            length = max(1, len(window.ids))
            marked = torch.tensor(np.array([each[at] for each in tags], np.float32)).T
            marked[marked == IGNORED] = math.nan
            found.append(torch.cat([rows[window.row].expand(length, -1), marked], dim=1))
        return found

    def begin(self, head: nn.Linear, train: PieceExamples) -> None:
        self._rows.bind_head(head)
        for at, (mine, part) in enumerate(zip(self._tagged, self._parts, strict=True)):
            windows = [_tags(targets, self._flat + at).numpy() for targets in train.targets]
            shares = begin_at_shares(head, mine.outputs, windows)
            part.tokens_a_row = sum(map(_told, windows)) / max(1, len(windows)) or 1.0
            self._weights[at] = math.sqrt(part.tokens_a_row)
            self._scales[at] = 1 / max(1e-3, float(-(shares * shares.log()).sum()))

    def end(self, head: nn.Linear) -> None:
        self._rows.unscale_head(head)

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        total = self._rows.loss(*self._pooled(raw, targets)) * self._flat
        for at, (mine, part) in enumerate(zip(self._tagged, self._parts, strict=True)):
            found = part.loss(raw[..., mine.outputs], _tags(targets, self._flat + at))
            total = total + found * self._scales[at] * self._weights[at]
        return total / (self._flat + sum(self._weights))

    def look(self, raw: Tensor, targets: Tensor) -> Looks:
        looks = [
            part.look(raw[..., mine.outputs], _tags(targets, self._flat + at))
            for at, (mine, part) in enumerate(zip(self._tagged, self._parts, strict=True))
        ]
        return self._rows.look(*self._pooled(raw, targets)), looks

    def measure(self, looks: Sequence[Looks]) -> dict[str, float]:
        losses, scores = self._rows.by_column([rows for rows, _ in looks])
        weights = [*(1.0 for _ in losses), *self._weights]
        for at, part in enumerate(self._parts):
            found = part.measure([marks[at] for _, marks in looks])
            losses.append(found["loss"] * self._scales[at])
            scores.append(found["entity_f1"])
        return mean_of(losses, scores, weights)

    def score(self, measures: dict[str, float]) -> float:
        return self._rows.score(measures)

    def _pooled(self, raw: Tensor, targets: Tensor) -> EvalOutput:
        """Return the mean over the tokens of each window, and the targets of its row: what says nothing has no tokens."""
        rows = targets[..., : self._flat]
        filled = (~rows.isnan()).any(dim=-1, keepdim=True)
        mean = (raw.float() * filled).sum(dim=1) / filled.sum(dim=1).clamp(min=1)
        return mean, rows[:, 0]


class MarkedPredictor(ColumnsPredictor):
    """A fine-tuned model that answers every column, marked words among them."""

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        return [list(one.scores) for one in self._said(inputs)[0]]

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        return self.apart.beside(inputs, self._said(inputs)[0])

    def vectors(self, inputs: Sequence[str]) -> Any:
        return self._said(inputs, with_vectors=True)[1]

    def _passed(self, inputs: Sequence[str]) -> tuple[Sequence[Answer], Any, Encoded]:
        return self._said(inputs, with_vectors=True)

    def _said(
        self, inputs: Sequence[str], *, with_vectors: bool = False
    ) -> tuple[list[Several], Any, Encoded]:
        """Return answers, the vectors of texts where they are asked for, and what was read of each text first."""
        pieces = read(self._tokenizer, inputs, int(self._tokenizer.model_max_length))
        texts = encoded(pieces, self._tokenizer)
        raw: dict[int, Floats] = {}
        vectors: dict[int, Any] = {}
        with torch.inference_mode():
            for rows in batches.by_length(texts.lengths, ANSWER_BATCH):
                batch = texts.batch(rows, self._device)
                said = self._model(**batch, output_hidden_states=with_vectors)
                answered = said.logits.double().cpu().numpy()
                raw |= {row: one[: texts.lengths[row]] for row, one in zip(rows, answered, strict=True)}  # fmt: skip
                if with_vectors:
                    vectors |= zip(rows, mean_state(said, batch["attention_mask"]), strict=True)
        windows: list[list[int]] = [[] for _ in inputs]
        for at, window in enumerate(pieces.windows):
            windows[window.row].append(at)
        means = [np.mean([raw[at].mean(axis=0) for at in each], axis=0) for each in windows]
        marks = [self._marks(pieces, raw, head) for head in self.heads if head.kinds]
        scores = scores_of(np.array(means), self.heads) if means else []
        answers = [
            Several(self.labels, tuple(row), marks=found)
            for row, found in zip(scores, zip(*marks, strict=True), strict=True)
        ]
        seen = [vectors[each[0]] for each in windows] if with_vectors else []
        firsts = Encoded([texts.texts[each[0]] for each in windows], texts.padding)
        return answers, np.stack(seen) if seen else None, firsts

    def _marks(self, pieces: Pieces, raw: dict[int, Floats], head: Head) -> list[Marked]:
        scores = [log_softmax(raw[at][:, head.outputs]) for at in range(len(raw))]
        return marked_texts(pieces, scores, head.tags, allowed(head.tags), head.kinds)


def _tags(targets: Tensor, at: int) -> Tensor:
    """Return the tags of a column of marks, `IGNORED` where nothing is said."""
    return targets[..., at].nan_to_num(IGNORED).long()


def _told(tags: Any) -> int:
    return int((tags != IGNORED).sum())
