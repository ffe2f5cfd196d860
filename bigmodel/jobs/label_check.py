"""Finds labels that look wrong; it is no job, changes no label, and leaves only its findings behind.

Run by `services.labelling.suspects`: `python -m bigmodel.jobs.label_check FOLDER`, where FOLDER holds an
`asked.json`. The task's own instant model answers each row in a fold it did not learn from, rows with the same
content together; `metrics.label_noise` ranks them.
"""

import logging
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import PersonError
from bigmodel.core.labelling.suspects import Doubts, Suspect
from bigmodel.core.message import Message
from bigmodel.core.task import HasBaseline, StopRequested
from bigmodel.data.versions.versions import ITEMS, is_media, media_folder
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.active_learning import Learner
from bigmodel.jobs.platform.process import limit_worker
from bigmodel.metrics.label_noise import rank_labels
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine

log = logging.getLogger(__name__)

ASKED, FOUND, SHARE = "asked.json", "suspects.json", "share.json"
FOLDS = 5
LIMIT_S = 600.0
MOST_ROWS = 30_000
MOST_SHOWN = 300
FEWEST_SHOWN = 20  # the most doubtful, also where no other class is sure
SHOWN_CHARACTERS = 1_000

Shares = NDArray[np.float64]
Fold = tuple[list[int], list[int]]  # places that are learned from, and those that are held out


@dataclass(frozen=True)
class Judged:
    """Labelled rows with the out-of-fold probabilities of their classes, (rows, classes)."""

    labels: tuple[str, ...]
    given: NDArray[np.int64]
    shares: Shares


def judge(
    learner: Learner,
    rows: Rows,
    folds: Sequence[Fold],
    until: float,
    tell: Callable[[float], None],
) -> Judged:
    """Return how likely each class is for each row, by models of folds in which it is held out.

    Raises:
        StopRequested: it takes too long.
    """
    labels = tuple(sorted(set(rows.targets)))
    places = {label: at for at, label in enumerate(labels)}
    shares = np.full((len(rows), len(labels)), 1 / len(labels))
    for number, (kept, held) in enumerate(folds):
        tell(number / len(folds))
        out = _part(rows, held)
        known, batches = learner.answers(_part(rows, kept), out.inputs, until, held=out)
        columns = [places[label] for label in known]
        answered = np.asarray([row for batch in batches for row in batch], np.float64)
        found = np.zeros((len(held), len(labels)))
        found[:, columns] = answered
        shares[held] = found
    given = np.array([places[label] for label in rows.targets], np.int64)
    return Judged(labels, given, shares)


def _part(rows: Rows, places: Sequence[int]) -> Rows:
    return Rows(
        *([column[at] for at in places] for column in (rows.ids, rows.inputs, rows.targets))
    )


def folds_of(targets: Sequence[str], contents: Sequence[str]) -> list[Fold]:
    """Return folds in which equal contents are held out together, every class spread over all."""
    random = np.random.default_rng(0)
    members: defaultdict[str, list[int]] = defaultdict(list)
    for place, content in enumerate(contents):
        members[content].append(place)
    strata: defaultdict[str, list[list[int]]] = defaultdict(list)
    for same in members.values():
        strata[targets[same[0]]].append(same)
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    turn = 0
    for _, groups in sorted(strata.items()):
        for at in random.permutation(len(groups)).tolist():
            folds[turn % FOLDS] += groups[at]
            turn += 1
    held_out = [set(fold) for fold in folds if fold]
    everything = range(len(targets))
    return [([at for at in everything if at not in held], sorted(held)) for held in held_out]


def find_doubts(folder: Path, settings: Settings) -> Doubts:
    """Return the labels of a version that look wrong."""
    asked = attempt_folder.read_json(folder / ASKED) or {}
    task = get_task(asked["task"], settings.task_folders)
    engine = load_engine(task)
    if not isinstance(engine, HasBaseline):
        return Doubts()
    home = settings.home / asked["dataset"]
    _, table = labelled(home, MOST_ROWS)
    media = media_folder(home) if is_media(home) else None
    inputs = [str(media / name) if media else name for name in table["input"]]
    rows = Rows(table["row_id"], inputs, table["target"])
    learner = Learner(engine, task.params(), folder)
    started = time.monotonic()
    folds = folds_of(rows.targets, table["content_hash"])
    judged = judge(learner, rows, folds, started + LIMIT_S, lambda share: tell_share(folder, share))
    order, sure = rank_labels(judged.shares, judged.given)
    shown = order[: min(MOST_SHOWN, max(FEWEST_SHOWN, sure))].tolist()
    suspects = [_suspect(at, judged, table, is_file=media is not None) for at in shown]
    return Doubts(tuple(suspects), sure, len(rows), judged.labels)


def labelled(home: Path, most: int) -> tuple[NDArray[np.int64], dict[str, list[str]]]:
    """Return the rows with a label and their places in the version; classes with one row are left out.

    Where they are more than `most`, they are evenly chosen.
    """
    names = ["row_id", "input", "target", "name", "content_hash"]
    table = pq.read_table(home / ITEMS, columns=names).to_pydict()
    counts: defaultdict[str, int] = defaultdict(int)
    for target in table["target"]:
        counts[target] += 1
    filled = [
        at
        for at, (text, target) in enumerate(zip(table["input"], table["target"], strict=True))
        if text and target and counts[target] > 1
    ]
    chosen = filled[:: max(1, -(-len(filled) // most))]
    rows = {name: [column[at] for at in chosen] for name, column in table.items()}
    return np.array(chosen, np.int64), rows


def _suspect(at: int, judged: Judged, table: dict[str, list[str]], *, is_file: bool) -> Suspect:
    own = int(judged.given[at])
    others = judged.shares[at].copy()
    others[own] = -1.0
    best = int(others.argmax())
    return Suspect(
        row_id=table["row_id"][at],
        shown=(table["name"] if is_file else table["input"])[at][:SHOWN_CHARACTERS],
        file=table["input"][at] if is_file else "",
        label=judged.labels[own],
        guess=judged.labels[best],
        share=float(judged.shares[at, best]),
        own_share=float(judged.shares[at, own]),
    )


def tell_share(folder: Path, share: float) -> None:
    """Say how much of the work is done."""
    attempt_folder.write_json(folder / SHARE, {"share": share})


class Finding(Protocol):
    """What a child finds."""

    def to_json(self) -> dict[str, Any]:
        """Return it for its file."""


def run_child(
    find: Callable[[Path, Settings], Finding], failed: Callable[[Message], Finding]
) -> None:
    """Do the work of a child whose folder is the first argument of the process, and leave what it found there."""
    folder = Path(sys.argv[1]).resolve()
    limit_worker()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        found = find(folder, Settings())
    except PersonError as error:
        found = failed(error.message)
    except StopRequested:
        found = failed(Message("suspects.too_long"))
    attempt_folder.write_json(folder / FOUND, found.to_json())


if __name__ == "__main__":
    run_child(find_doubts, lambda said: Doubts(error=said))
