"""Measures what a split by groups or by time does to the score of the instant model; it is no job and changes no row.

Run by `services.datasets.splits`: `python -m bigmodel.jobs.split_check FOLDER`, where FOLDER holds an
`asked.json`. Groups: five folds with each group in one of them, beside five folds in which only equal contents
stay together. Time: four models learn from ever more of the past and answer what comes next, beside models that
learn from as many rows chosen at random. The interval is a bootstrap over whole groups, or over rows.
"""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.datasets.splits import TIME, SplitDifference
from bigmodel.core.errors import DatasetError
from bigmodel.core.task import HasBaseline
from bigmodel.data.versions.split import joined
from bigmodel.data.versions.split_columns import groups_by, times_by
from bigmodel.data.versions.versions import is_media, media_folder
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.active_learning import Learner
from bigmodel.jobs.label_check import (
    ASKED,
    FOLDS,
    LIMIT_S,
    Fold,
    folds_of,
    judge,
    labelled,
    run_child,
    tell_share,
)  # fmt: skip
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine

MOST_ROWS = 6_000
RESAMPLES = 1_000

Right = NDArray[np.bool_]


def find_difference(folder: Path, settings: Settings) -> SplitDifference:
    """Return the scores of a version's rows parted at random and as asked."""
    asked = attempt_folder.read_json(folder / ASKED) or {}
    task = get_task(asked["task"], settings.task_folders)
    engine = load_engine(task)
    if not isinstance(engine, HasBaseline):
        return SplitDifference()
    home, key = settings.home / asked["dataset"], str(asked["key"])
    places, table = labelled(home, MOST_ROWS)
    media = media_folder(home) if is_media(home) else None
    inputs = [str(media / name) if media else name for name in table["input"]]
    rows = Rows(table["row_id"], inputs, table["target"])
    learner, until = Learner(engine, task.params(), folder), time.monotonic() + LIMIT_S

    def right(
        folds: Sequence[Fold], tell: Callable[[float], None]
    ) -> tuple[Right, NDArray[np.intp]]:
        judged = judge(learner, rows, folds, until, tell)
        held = np.array(sorted({at for _, out in folds for at in out}), np.intp)
        return (judged.shares.argmax(axis=1) == judged.given)[held], held

    contents = table["content_hash"]
    if key.startswith(TIME):
        times = times_by(home, key)[places]
        units = np.arange(len(rows))
        dated = np.argsort(times, kind="stable")[: int((~np.isnan(times)).sum())]  # NaN stand last
        honest_folds = _forward(dated)
        naive_folds = _forward(np.random.default_rng(0).permutation(dated))
    else:
        hashes = np.array([int(digest[:16], 16) for digest in contents], np.uint64)
        units = np.unique(joined(hashes, groups_by(home, key)[places]), return_inverse=True)[1]
        honest_folds = folds_of(rows.targets, [str(unit) for unit in units])
        naive_folds = folds_of(rows.targets, contents)
    naive, _ = right(naive_folds, lambda share: tell_share(folder, share / 2))
    honest, held = right(honest_folds, lambda share: tell_share(folder, 0.5 + share / 2))
    low, high = _interval(naive, honest, units[held])
    return SplitDifference(key, float(naive.mean()), float(honest.mean()), low, high, len(honest))


def _forward(order: NDArray[np.intp]) -> list[Fold]:
    """Return folds that learn from all blocks before the one they answer."""
    if len(order) < FOLDS:
        raise DatasetError("split_no_times", column="", rows=len(order))
    starts = [at * len(order) // FOLDS for at in range(1, FOLDS + 1)]
    return [(order[:a].tolist(), order[a:b].tolist()) for a, b in pairwise(starts)]


def _interval(naive: Right, honest: Right, units: NDArray[np.intp]) -> tuple[float, float]:
    """Return the 95 % interval of what the random split flatters by, resampled by whole groups."""
    _, of = np.unique(units, return_inverse=True)
    sizes = np.bincount(of).astype(float)
    lost = float(naive.mean()) - np.bincount(of, weights=honest) / sizes
    random = np.random.default_rng(0)
    drawn = random.integers(0, len(sizes), (RESAMPLES, len(sizes)))
    means = (lost[drawn] * sizes[drawn]).sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


if __name__ == "__main__":
    run_child(find_difference, lambda said: SplitDifference(error=said))
