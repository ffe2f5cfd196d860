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
from typing import Any

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


@dataclass(frozen=True)
class Judged:
    """Labelled rows with the out-of-fold probabilities of their classes, (rows, classes)."""

    labels: tuple[str, ...]
    given: NDArray[np.int64]
    shares: Shares


def judge(
    learner: Learner,
    rows: Rows,
    contents: Sequence[str],
    until: float,
    tell: Callable[[float], None],
) -> Judged:
    """Return how likely each class is for each row, by models that learned from neither it nor its copies.

    Raises:
        StopRequested: it takes too long.
    """
    labels = tuple(sorted(set(rows.targets)))
    places = {label: at for at, label in enumerate(labels)}
    shares = np.full((len(rows), len(labels)), 1 / len(labels))
    for number, held in enumerate(_folds(rows.targets, contents)):
        tell(number / FOLDS)
        held_out = set(held)
        kept = [at for at in range(len(rows)) if at not in held_out]
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


def _folds(targets: Sequence[str], contents: Sequence[str]) -> list[list[int]]:
    """Return places that are held out together: equal contents in one fold, every class spread over all."""
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
    return [sorted(fold) for fold in folds if fold]


def find_doubts(folder: Path, settings: Settings) -> Doubts:
    """Return the labels of a version that look wrong."""
    asked = attempt_folder.read_json(folder / ASKED) or {}
    task = get_task(asked["task"], settings.task_folders)
    engine = load_engine(task)
    if not isinstance(engine, HasBaseline):
        return Doubts()
    home = settings.home / asked["dataset"]
    table = _labelled(home)
    media = media_folder(home) if is_media(home) else None
    inputs = [str(media / name) if media else name for name in table["input"]]
    rows = Rows(table["row_id"], inputs, table["target"])
    learner = Learner(engine, task.params(), folder)
    started = time.monotonic()
    judged = judge(
        learner, rows, table["content_hash"], started + LIMIT_S, lambda share: _tell(folder, share)
    )
    order, sure = rank_labels(judged.shares, judged.given)
    shown = order[: min(MOST_SHOWN, max(FEWEST_SHOWN, sure))].tolist()
    suspects = [_suspect(at, judged, table, is_file=media is not None) for at in shown]
    return Doubts(tuple(suspects), sure, len(rows), judged.labels)


def _labelled(home: Path) -> dict[str, list[str]]:
    """Return the rows with a label, evenly chosen where they are too many; classes with one row are left out."""
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
    step = max(1, -(-len(filled) // MOST_ROWS))
    return {name: [column[at] for at in filled[::step]] for name, column in table.items()}


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


def _tell(folder: Path, share: float) -> None:
    attempt_folder.write_json(folder / SHARE, {"share": share})


def _start() -> None:
    folder = Path(sys.argv[1]).resolve()
    limit_worker()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    found: Any
    try:
        found = find_doubts(folder, Settings())
    except PersonError as error:
        found = Doubts(error=error.message)
    except StopRequested:
        found = Doubts(error=Message("suspects.too_long"))
    attempt_folder.write_json(folder / FOUND, found.to_json())


if __name__ == "__main__":
    _start()
