"""What a fresh model answers on rows it did not learn from, written beside it; it must never choose between models."""

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.dataset import Rows, Split, TaskData
from bigmodel.core.task import Predictor, Task

PREDICTIONS = "predictions.parquet"
BATCH_ROWS = 256
SCHEMA = pa.schema(
    [
        ("row_id", pa.string()),
        ("split", pa.string()),
        ("truth", pa.string()),
        ("scores", pa.list_(pa.float32())),
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
        self.metrics[str(split)] = headline(task, scored.targets, scored.scores, labels)
        self.columns["row_id"] += scored.ids
        self.columns["split"] += [str(split)] * len(scored.ids)
        self.columns["truth"] += scored.targets
        self.columns["scores"] += scored.scores

    def write(self, folder: Path) -> None:
        pq.write_table(
            pa.table(self.columns, schema=SCHEMA), folder / PREDICTIONS, compression="zstd"
        )


@dataclass(frozen=True)
class Scored:
    """Rows with the scores a model gave them."""

    ids: Sequence[str]
    targets: Sequence[str]
    scores: Sequence[Sequence[float]]


def answer(task: Task, predictor: Predictor, data: TaskData, check: Callable[[], None]) -> Answers:
    """Return what a model answers on the validation and test rows; `check` is called between batches."""
    answers = Answers()
    for split, rows in ((Split.VALIDATION, data.validation), (Split.TEST, data.test)):
        answers.add(task, data.labels, split, score(predictor, rows, check))
    return answers


def score(predictor: Predictor, rows: Rows, check: Callable[[], None]) -> Scored:
    """Return the rows with their scores."""
    scores: list[list[float]] = []
    for start in range(0, len(rows), BATCH_ROWS):
        check()
        scores += predictor.predict(rows.inputs[start : start + BATCH_ROWS])
    return Scored(rows.ids, rows.targets, scores)


def headline(
    task: Task, truth: Sequence[str], scores: Sequence[Sequence[float]], labels: Sequence[str]
) -> dict[str, float]:
    """Return the measures of the task's family."""
    measures = importlib.import_module(f"bigmodel.metrics.{task.family}")
    found: Mapping[str, float] = measures.headline(truth, scores, labels)
    return {name: float(value) for name, value in found.items()}


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write `model.json`, unless the engine already wrote fields of its own there: those stay."""
    path = folder / "model.json"
    own = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps({**own, **card}, ensure_ascii=False), "utf-8")
