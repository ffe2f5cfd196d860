"""Which rows an old and a new model can fairly be compared on, and in which words of classes; it asks no model."""

from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Recipe, Split, Version
from bigmodel.core.errors import ModelError
from bigmodel.core.message import Arg, Level, Message
from bigmodel.data.versions.versions import ITEMS
from bigmodel.services.results.predictions import StoredPredictions

MOST_ASKED = (
    2_000  # rows an old model is asked about; more take minutes and narrow the intervals little
)
REMARK = "compare.remarks."


def shared_rows(
    home: Path, new: Version, old: Version, mine: StoredPredictions, its: StoredPredictions
) -> tuple[list[str], list[Message]]:
    """Return the test rows of the new version that no training of the old one saw, and what is to be said of them.

    Neither their id nor their content may be among the old version's training or validation rows.
    Models measured by folds are compared on every row, where both were measured so on the same version.

    Raises:
        ModelError: `compare_folded`, `compare_none_left`.
    """
    if mine.is_folded and its.is_folded and new.number == old.number:
        shared = set(its.row_ids)
        return [row_id for row_id in mine.row_ids if row_id in shared], []
    if mine.is_folded:
        raise ModelError("compare_folded", rows=len(mine))
    ids, contents = learned(home / old.folder)
    content_of = _contents(home / new.folder)
    free = [
        row_id
        for row_id in mine.row_ids
        if row_id not in ids and content_of.get(row_id) not in contents
    ]
    if not free:
        raise ModelError("compare_none_left", rows=len(mine))
    remarks = []
    if len(free) < len(mine):
        remarks.append(_remark("learned", count=len(mine) - len(free), rows=len(mine)))
    stored = set(its.row_ids)
    missing = sum(row_id not in stored for row_id in free)
    if missing > MOST_ASKED:
        some = free[:: -(-missing // MOST_ASKED)]
        remarks.append(_remark("some", rows=len(some), total=len(free)))
        free = some
    return free, remarks


def learned(folder: Path) -> tuple[set[str], set[str]]:
    """Return ids and contents of the rows that a model of this version learned from or was chosen by."""
    table = pq.read_table(
        folder / ITEMS,
        columns=["row_id", "content_hash"],
        filters=[("split", "in", {Split.TRAIN.value, Split.VALIDATION.value})],
    )
    ids, contents = (set(table.column(name).to_pylist()) for name in ("row_id", "content_hash"))
    return ids, contents


def today(label: str, old: Recipe, new: Recipe) -> str:
    """Return what a class of an old version is called in a new one, as far as it became exactly one class."""
    came = [original for original, name in old.relabel.items() if name == label]
    if label not in old.relabel:
        came.append(label)
    names = {new.relabel.get(original, original) for original in came}
    return names.pop() if len(names) == 1 else label


def _contents(folder: Path) -> dict[str, str]:
    table = pq.read_table(folder / ITEMS, columns=["row_id", "content_hash"])
    ids, contents = (table.column(name).to_pylist() for name in ("row_id", "content_hash"))
    return dict(zip(ids, contents, strict=True))


def _remark(key: str, level: Level = "info", **args: Arg) -> Message:
    return Message(f"{REMARK}{key}", args, level)
