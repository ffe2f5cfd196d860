"""What a fresh model answers on rows it did not learn from, written beside it; it must never choose between models."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.datasets.dataset import Rows, Split, TaskData
from bigmodel.core.task import Predictor

PREDICTIONS = "predictions.parquet"
BATCH_ROWS = 256
ROW = ("row_id", "split", "truth")  # columns beside those of the answers


@dataclass
class Answers:
    """Answers of a model to held-out rows, and the measures of each split."""

    kind: AnswerType
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add(
        self, labels: Sequence[str], split: Split, rows: Rows, answers: Sequence[Answer]
    ) -> None:
        """Add one split; a split without rows adds nothing."""
        if not len(rows):
            return
        found = self.kind.headline(rows.targets, answers, labels)
        self.metrics[str(split)] = {name: float(value) for name, value in found.items()}
        names = [name for name, _ in self.kind.fields]
        for row_id, truth, answer in zip(rows.ids, rows.targets, answers, strict=True):
            record = self.kind.encode(answer)
            told = (row_id, str(split), self.kind.stored(truth))
            self.rows.append((*told, *(record[name] for name in names)))

    def write(self, folder: Path) -> None:
        schema = pa.schema([*((name, pa.string()) for name in ROW), *self.kind.fields])
        columns = [list(column) for column in zip(*self.rows, strict=True)] or [[] for _ in schema]
        pq.write_table(pa.table(columns, schema=schema), folder / PREDICTIONS, compression="zstd")


def measure(
    kind: AnswerType, predictor: Predictor, data: TaskData, check: Callable[[], None]
) -> Answers:
    """Return what a model answers on the validation and test rows; `check` is called between batches."""
    answers = Answers(kind)
    for split, rows in ((Split.VALIDATION, data.validation), (Split.TEST, data.test)):
        answers.add(data.labels, split, rows, ask(kind, predictor, rows, check))
    return answers


def ask(
    kind: AnswerType, predictor: Predictor, rows: Rows, check: Callable[[], None]
) -> list[Answer]:
    """Return the answers to rows."""
    answers: list[Answer] = []
    asked = kind.asked(rows.inputs, rows.targets)
    for start in range(0, len(rows), BATCH_ROWS):
        check()
        answers += map(kind.kept, predictor.answer(asked[start : start + BATCH_ROWS]))
    return answers


def read(
    folder: Path, kind: AnswerType, split: Split, labels: tuple[str, ...]
) -> tuple[list[str], list[Answer]]:
    """Return truths and answers of one split, as `Answers.write` wrote them."""
    rows = pq.read_table(folder / PREDICTIONS, filters=[("split", "=", str(split))]).to_pylist()
    return [row["truth"] for row in rows], [kind.decode(row, labels) for row in rows]


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write `model.json`, unless the engine already wrote fields of its own there: those stay."""
    path = folder / "model.json"
    own = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps({**own, **card}, ensure_ascii=False), "utf-8")
