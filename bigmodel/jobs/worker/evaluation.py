"""What a fresh model answers on rows it did not learn from, written beside it; it must never choose between models."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Rows, Split, TaskData
from bigmodel.core.task import Family, Predictor, Task, Transcriber, Transcript
from bigmodel.metrics.family import Answers as Given
from bigmodel.metrics.family import measuring

PREDICTIONS = "predictions.parquet"
BATCH_ROWS = 256
SCHEMA = pa.schema(
    [
        ("row_id", pa.string()),
        ("split", pa.string()),
        ("truth", pa.string()),
        ("scores", pa.list_(pa.float32())),  # of a transcript: how certain it is
        ("text", pa.string()),  # what was heard; null where the answer is no text
    ]
)


@dataclass
class Answers:
    """Scores of a model on held-out rows, and the measures of each split."""

    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    columns: dict[str, list[Any]] = field(
        default_factory=lambda: {name: [] for name in SCHEMA.names}
    )

    def add(self, task: Task, labels: Sequence[str], split: Split, scored: "Scored") -> None:
        """Add one split; a split without rows adds nothing."""
        if not scored.ids:
            return
        self.metrics[str(split)] = headline(task, scored, labels)
        self.columns["row_id"] += scored.ids
        self.columns["split"] += [str(split)] * len(scored.ids)
        self.columns["truth"] += scored.targets
        self.columns["scores"] += scored.scores
        self.columns["text"] += scored.texts or [None] * len(scored.ids)

    def write(self, folder: Path) -> None:
        pq.write_table(
            pa.table(self.columns, schema=SCHEMA), folder / PREDICTIONS, compression="zstd"
        )


@dataclass(frozen=True)
class Scored:
    """Rows with the scores a model gave them; `texts` are what it heard, of a model that writes down speech."""

    ids: Sequence[str]
    targets: Sequence[str]
    scores: Sequence[Sequence[float]]
    texts: Sequence[str] = ()

    @property
    def answers(self) -> Given:
        """The answers as their family measures them."""
        if not self.texts:
            return self.scores
        pairs = zip(self.texts, self.scores, strict=True)
        return [Transcript(text, scores[0]) for text, scores in pairs]


def answer(task: Task, predictor: Predictor, data: TaskData, check: Callable[[], None]) -> Answers:
    """Return what a model answers on the validation and test rows; `check` is called between batches."""
    answers = Answers()
    for split, rows in ((Split.VALIDATION, data.validation), (Split.TEST, data.test)):
        answers.add(task, data.labels, split, score(task.family, predictor, rows, check))
    return answers


def score(family: Family, predictor: Predictor, rows: Rows, check: Callable[[], None]) -> Scored:
    """Return the rows with their answers."""
    scores: list[list[float]] = []
    texts: list[str] = []
    for start in range(0, len(rows), BATCH_ROWS):
        check()
        inputs = rows.inputs[start : start + BATCH_ROWS]
        if family is Family.TRANSCRIPTION:
            heard = cast(Transcriber, predictor).transcribe(inputs)
            texts += [one.text for one in heard]
            scores += [[one.certainty] for one in heard]
        else:
            scores += predictor.predict(inputs)
    return Scored(rows.ids, rows.targets, scores, texts)


def headline(task: Task, scored: Scored, labels: Sequence[str]) -> dict[str, float]:
    """Return the measures of the task's family."""
    found = measuring(task.family).headline(scored.targets, scored.answers, labels)
    return {name: float(value) for name, value in found.items()}


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write `model.json`, unless the engine already wrote fields of its own there: those stay."""
    path = folder / "model.json"
    own = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps({**own, **card}, ensure_ascii=False), "utf-8")
