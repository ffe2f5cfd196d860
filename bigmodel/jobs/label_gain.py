"""Measures what changed labels bring to the instant model; it is no job and changes no row.

Run by `services.labelling.suspects`: `python -m bigmodel.jobs.label_gain FOLDER`, where FOLDER holds an
`asked.json` with the versions before and after. In five folds each, models learn from the labels as they were
and as they are, and answer the same held-out rows: those whose label nobody changed, so that no decision
is its own judge. The interval is that of two models on the same rows (`metrics.paired`).
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.gain import LabelGain
from bigmodel.core.task import HasBaseline
from bigmodel.data.versions.versions import is_media, media_folder
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.active_learning import Learner
from bigmodel.jobs.label_check import (
    ASKED,
    LIMIT_S,
    Fold,
    folds_of,
    judge,
    labelled,
    run_child,
    tell_share,
)  # fmt: skip
from bigmodel.metrics.paired import mcnemar
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine

MOST_ROWS = 6_000
ALL_ROWS = 2**31 - 1

Table = dict[str, list[str]]


def find_gain(folder: Path, settings: Settings) -> LabelGain:
    """Return how often models are right that learned from the labels before and after decisions."""
    asked = attempt_folder.read_json(folder / ASKED) or {}
    task = get_task(asked["task"], settings.task_folders)
    engine = load_engine(task)
    if not isinstance(engine, HasBaseline):
        return LabelGain()
    homes = [settings.home / asked[name] for name in ("before", "dataset")]
    _, old = labelled(homes[0], MOST_ROWS)
    new = _only(labelled(homes[1], ALL_ROWS)[1], set(old["row_id"]))
    learner, until = Learner(engine, task.params(), folder), time.monotonic() + LIMIT_S
    was = dict(zip(old["row_id"], old["target"], strict=True))
    same = [row for row, now in zip(new["row_id"], new["target"], strict=True) if was[row] == now]
    if not same:
        raise DatasetError("suspects_undecided")
    folds = folds_of(old["target"], old["content_hash"])
    fold_of = {old["row_id"][at]: number for number, (_, held) in enumerate(folds) for at in held}
    right: list[np.ndarray[tuple[int], np.dtype[np.bool_]]] = []
    for part, (home, table) in enumerate(zip(homes, (old, new), strict=True)):
        media = media_folder(home) if is_media(home) else None
        inputs = [str(media / name) if media else name for name in table["input"]]
        rows = Rows(table["row_id"], inputs, table["target"])
        judged = judge(
            learner,
            rows,
            _folds(table["row_id"], fold_of, len(folds)),
            until,
            lambda share, part=part: tell_share(folder, (part + share) / 2),  # type: ignore[misc]
        )
        places = {row: at for at, row in enumerate(table["row_id"])}
        asked_rows = [places[row] for row in same]
        right.append((judged.shares.argmax(axis=1) == judged.given)[asked_rows])
    before, after = right
    gain = mcnemar(int((after & ~before).sum()), int((before & ~after).sum()), len(same))
    return LabelGain(float(before.mean()), float(after.mean()), gain.low, gain.high, len(same))


def _only(table: Table, row_ids: set[str]) -> Table:
    kept = [at for at, row in enumerate(table["row_id"]) if row in row_ids]
    return {name: [column[at] for at in kept] for name, column in table.items()}


def _folds(row_ids: Sequence[str], fold_of: Mapping[str, int], count: int) -> list[Fold]:
    """Return the places of rows in the same folds, whatever rows are left."""
    held = [[at for at, row in enumerate(row_ids) if fold_of[row] == fold] for fold in range(count)]
    everything = range(len(row_ids))
    return [
        ([at for at in everything if fold_of[row_ids[at]] != fold], out)
        for fold, out in enumerate(held)
        if out
    ]


if __name__ == "__main__":
    run_child(find_gain, lambda said: LabelGain(error=said))
