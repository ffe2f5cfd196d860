"""The rows a model was evaluated on, as its training left them on disk; they are read, never written, here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.errors import ModelError
from bigmodel.core.task import Transcript
from bigmodel.metrics.family import Answers

PREDICTIONS = "predictions.parquet"
RECORD = "model.json"


@dataclass(frozen=True)
class StoredPredictions:
    """Evaluated rows in step: ids, truths and scores (rows, labels), or (rows, 1) for numbers.

    Of a model that writes down speech, `texts` are what it heard, and scores how certain it was.
    """

    row_ids: Sequence[str]
    truth: Sequence[str]
    scores: NDArray[np.float64]
    is_folded: bool = False
    texts: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.row_ids)

    @property
    def answers(self) -> Answers:
        """The answers as their family measures them."""
        if not self.texts:
            scores: list[list[float]] = self.scores.tolist()
            return scores
        pairs = zip(self.texts, self.scores[:, 0].tolist(), strict=True)
        return [Transcript(text, certainty) for text, certainty in pairs]

    def on(self, row_ids: Sequence[str]) -> "StoredPredictions | None":
        """Return the answers to these rows in their order, or None where one was not answered."""
        place = {row_id: index for index, row_id in enumerate(self.row_ids)}
        if not all(row_id in place for row_id in row_ids):
            return None
        chosen = [place[row_id] for row_id in row_ids]
        return StoredPredictions(
            row_ids,
            [self.truth[index] for index in chosen],
            self.scores[chosen],
            self.is_folded,
            [self.texts[index] for index in chosen] if self.texts else (),
        )


def read_predictions(folder: Path) -> StoredPredictions:
    """Return the test rows of a model; of one measured by folds, every row.

    Raises:
        ModelError: `results_damaged`.
    """
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        table = pq.read_table(folder / PREDICTIONS)
        is_test = np.array(table.column("split").to_pylist()) == Split.TEST
        if is_test.any():
            table = table.filter(pa.array(is_test))
        answered = StoredPredictions(
            row_ids=table.column("row_id").to_pylist(),
            truth=table.column("truth").to_pylist(),
            scores=_scores(table.column("scores")),
            is_folded=bool(record.get("is_folded", False)),
            texts=_texts(table),
        )
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise ModelError("results_damaged") from error
    if not len(answered):
        raise ModelError("results_damaged")
    return answered


def _texts(table: pa.Table) -> Sequence[str]:
    """Return what was heard; nothing for answers that are no texts, and of files from before there were any."""
    if "text" not in table.column_names or table.column("text").null_count == len(table):
        return ()
    texts: list[str] = table.column("text").to_pylist()
    return texts


def _scores(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return lists of equal length as one table, without a Python object for each number."""
    if len(column) == 0:
        return np.empty((0, 0))
    values = column.combine_chunks()
    flat = np.asarray(values.flatten().to_numpy(zero_copy_only=False), dtype=np.float64)
    return flat.reshape(len(column), -1)
