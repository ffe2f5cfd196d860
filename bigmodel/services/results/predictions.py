"""The rows a model was evaluated on, as its training left them on disk; they are read, never written, here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.datasets.dataset import Split
from bigmodel.core.errors import ModelError

PREDICTIONS = "predictions.parquet"
RECORD = "model.json"


@dataclass(frozen=True)
class StoredPredictions:
    """Evaluated rows in step: ids, truths and answers."""

    row_ids: Sequence[str]
    truth: Sequence[str]
    answers: Sequence[Answer]
    is_folded: bool = False

    def __len__(self) -> int:
        return len(self.row_ids)

    def on(self, row_ids: Sequence[str]) -> "StoredPredictions | None":
        """Return the answers to these rows in their order, or None where one was not answered."""
        place = {row_id: index for index, row_id in enumerate(self.row_ids)}
        if not all(row_id in place for row_id in row_ids):
            return None
        chosen = [place[row_id] for row_id in row_ids]
        truth, answers = ([side[index] for index in chosen] for side in (self.truth, self.answers))
        return StoredPredictions(row_ids, truth, answers, self.is_folded)


def read_predictions(folder: Path, kind: AnswerType, labels: tuple[str, ...]) -> StoredPredictions:
    """Return the test rows of a model with these labels; of one measured by folds, every row.

    Raises:
        ModelError: `results_damaged`.
    """
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        table = pq.read_table(folder / PREDICTIONS)
        is_test = np.array(table.column("split").to_pylist()) == Split.TEST
        if is_test.any():
            table = table.filter(pa.array(is_test))
        known = [name for name, _ in kind.fields if name in table.column_names]
        rows = table.select(known).to_pylist()  # older ones lack what came later
        answered = StoredPredictions(
            row_ids=table.column("row_id").to_pylist(),
            truth=table.column("truth").to_pylist(),
            answers=[kind.decode(row, labels) for row in rows],
            is_folded=bool(record.get("is_folded", False)),
        )
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise ModelError("results_damaged") from error
    if not len(answered):
        raise ModelError("results_damaged")
    return answered
