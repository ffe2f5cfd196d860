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

from bigmodel.answers.columns import Several
from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.training.ood.score import Floats
from bigmodel.training.text.columns.heads import column_of

RECORD, SCORES = "apart.json", "apart.safetensors"


@dataclass(frozen=True)
class Trained:
    """A model that was just trained: what it answers to texts, (texts, outputs), its parameters and the seconds it took."""

    scores: Callable[[Sequence[str]], Sequence[Sequence[float]]]
    parameters: int
    seconds: float


@dataclass(frozen=True)
class Apart:
    """The scores of separate models by the hash of a text, and what one model and separate ones took."""

    by_text: dict[str, tuple[float, ...]]
    cost: tuple[float, ...]

    def beside(self, inputs: Sequence[str], answers: Sequence[Several]) -> list[Answer]:
        """Return answers with those of the separate models, where they were asked about the text."""
        pairs = ((self.by_text.get(_mark(text)), answer) for text, answer in zip(inputs, answers, strict=True))  # fmt: skip
        return [
            replace(answer, apart=apart, cost=self.cost) if apart else answer
            for apart, answer in pairs
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
    for head in heads:
        one = train(column_of(data, head))
        scores[:, head.outputs] = np.array(one.scores(texts))
        trained.append(one)
    cost = (
        shared.parameters,
        sum(one.parameters for one in trained),
        shared.seconds,
        sum(one.seconds for one in trained),
    )
    save_file({"scores": np.ascontiguousarray(scores)}, folder / SCORES)
    record = {"v": 1, "texts": [_mark(text) for text in texts], "cost": cost}
    (folder / RECORD).write_text(json.dumps(record), "utf-8")


def load_apart(folder: Path) -> Apart:
    """Load what `measure_apart` wrote; nothing stands beside any text where it did not."""
    if not (folder / RECORD).is_file() or not (folder / SCORES).is_file():
        return Apart({}, ())
    record = json.loads((folder / RECORD).read_text("utf-8"))
    rows = load_file(folder / SCORES)["scores"].tolist()
    by_text = {mark: tuple(row) for mark, row in zip(record["texts"], rows, strict=True)}
    return Apart(by_text, tuple(record["cost"]))


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()
