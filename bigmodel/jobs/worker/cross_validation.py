"""Measures a model kind where there are too few rows to hold any out: repeated folds, scores averaged.

Each row is answered by models that did not learn from it, once in each repeat (Kohavi 1995, stratified).
Texts cannot be averaged: what is said in a recording is answered once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import Family, Predictor
from bigmodel.jobs.worker.evaluation import Scored, score

FOLDS = 5
REPEATS = 3

Train = Callable[[TaskData], Predictor]


def fold_scores(
    family: Family, data: TaskData, train: Train, seed: int, check: Callable[[], None]
) -> Scored:
    """Return out-of-fold scores of the training rows; a class with one row is never held out."""
    sums: dict[int, list[list[float]]] = defaultdict(list)
    texts: dict[int, str] = {}
    for repeat in range(1 if family is Family.TRANSCRIPTION else REPEATS):
        for held in _folds(data.train.targets, bool(data.labels), seed + repeat):
            check()
            kept = sorted(set(range(len(data.train))) - set(held))
            part = TaskData(_rows(data.train, kept), Rows(), Rows(), data.labels)
            answered = score(family, train(part), _rows(data.train, held), check)
            texts |= zip(held, answered.texts, strict=False)
            for place, scores in zip(held, answered.scores, strict=True):
                sums[place].append(list(scores))
    places = sorted(sums)
    rows = _rows(data.train, places)
    means = [np.mean(sums[place], axis=0).tolist() for place in places]
    return Scored(rows.ids, rows.targets, means, [texts[place] for place in sorted(texts)])


def _folds(targets: Sequence[str], has_classes: bool, seed: int) -> Iterator[list[int]]:
    """Yield places of rows that are held out together; every class is spread over the folds."""
    generator = np.random.default_rng(seed)
    groups: dict[str, list[int]] = defaultdict(list)
    for place, target in enumerate(targets):
        groups[target if has_classes else ""].append(place)
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    turn = 0
    for _, members in sorted(groups.items()):
        if len(members) < 2:
            continue
        for place in generator.permutation(members).tolist():
            folds[turn % FOLDS].append(place)
            turn += 1
    yield from (sorted(fold) for fold in folds if fold)


def _rows(rows: Rows, places: Sequence[int]) -> Rows:
    return Rows(
        [rows.ids[place] for place in places],
        [rows.inputs[place] for place in places],
        [rows.targets[place] for place in places],
    )
