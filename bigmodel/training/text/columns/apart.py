"""Models of one column each, beside the one of all: what they answer on held-out rows and what both ways took. None of them is kept.

What they answer lies beside the model in this app and never goes into a downloaded package.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.answers.columns import Several, marks_cell, marks_in
from bigmodel.answers.scores import ScorePredictor
from bigmodel.answers.spans import Marked
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.training.ood.score import Floats
from bigmodel.training.text.columns.heads import column_of

RECORD, SCORES = "apart.json", "apart.safetensors"


@dataclass(frozen=True)
class Trained:
    """A model that was just trained: what it answers to texts, its parameters and the seconds it took."""

    answer: Callable[[Sequence[str]], Sequence[Several]]
    parameters: int
    seconds: float


@dataclass(frozen=True)
class Apart:
    """The scores and marks of separate models by the hash of a text, and what one model and separate ones took."""

    by_text: dict[str, tuple[tuple[float, ...], tuple[Marked, ...]]]
    cost: tuple[float, ...]

    def beside(self, inputs: Sequence[str], answers: Sequence[Several]) -> list[Answer]:
        """Return answers with those of the separate models, where they were asked about the text."""
        pairs = ((self.by_text.get(_mark(text)), answer) for text, answer in zip(inputs, answers, strict=True))  # fmt: skip
        return [
            replace(answer, apart=found[0], marks_apart=found[1], cost=self.cost)
            if found
            else answer
            for found, answer in pairs
        ]


class ColumnsAnswers(ScorePredictor):
    """A loaded model whose scores are those of several columns. `apart` holds what separate models answer to its held-out rows."""

    apart = Apart({}, ())

    @property
    def heads(self) -> tuple[Head, ...]:
        """The columns that it answers."""
        return heads_of(self.labels)

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        return self.apart.beside(inputs, super().answer(inputs))

    def answers(self, scores: Sequence[Sequence[float]]) -> list[Answer]:
        return [Several(self.labels, tuple(row)) for row in scores]


def measure_apart(
    data: TaskData, shared: Trained, train: Callable[[TaskData], Trained], folder: Path
) -> None:
    """Train a model for each column on the same rows, and write what they answer to the held-out ones."""
    texts = list(dict.fromkeys((*data.validation.inputs, *data.test.inputs)))
    if not texts:
        return
    heads, trained = heads_of(data.labels), []
    scores: Floats = np.zeros((len(texts), len(data.labels)))
    marks: list[list[Marked]] = [[] for _ in texts]
    for head in heads:
        one = train(column_of(data, head))
        answers = one.answer(texts)
        scores[:, head.outputs] = np.array([answer.scores for answer in answers])
        for mine, answer in zip(marks, answers, strict=True):
            mine += answer.marks
        trained.append(one)
    cost = (
        shared.parameters,
        sum(one.parameters for one in trained),
        shared.seconds,
        sum(one.seconds for one in trained),
    )
    save_file({"scores": np.ascontiguousarray(scores)}, folder / SCORES)
    record = {
        "v": 1,
        "texts": [_mark(text) for text in texts],
        "cost": cost,
        "outputs": data.labels,
    }
    record |= {"marks": [marks_cell(row) for row in marks]}
    (folder / RECORD).write_text(json.dumps(record), "utf-8")


def load_apart(folder: Path) -> Apart:
    """Load what `measure_apart` wrote; nothing stands beside any text where it did not."""
    if not (folder / RECORD).is_file() or not (folder / SCORES).is_file():
        return Apart({}, ())
    record = json.loads((folder / RECORD).read_text("utf-8"))
    rows = load_file(folder / SCORES)["scores"].tolist()
    cells = record.get("marks") or [""] * len(rows)
    marks = [marks_in(cell, record.get("outputs", ())) for cell in cells]
    by_text = {
        mark: (tuple(row), found)
        for mark, row, found in zip(record["texts"], rows, marks, strict=True)
    }
    return Apart(by_text, tuple(record["cost"]))


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()
