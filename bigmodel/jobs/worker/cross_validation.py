"""Measures a model kind where there are too few rows to hold any out: repeated folds, answers averaged.

Each row is answered by models that did not learn from it, once in each repeat (Kohavi 1995, stratified).
Answers that cannot be averaged, such as texts, are given once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.target import TargetKind
from bigmodel.core.task import Predictor
from bigmodel.jobs.worker.evaluation import ask

FOLDS = 5

Train = Callable[[TaskData], Predictor]


def fold_answers(
    kind: AnswerType,
    target: TargetKind,
    data: TaskData,
    train: Train,
    seed: int,
    check: Callable[[], None],
) -> tuple[Rows, list[Answer]]:
    """Return out-of-fold answers to the training rows; a class with one row is never held out."""
    found: dict[int, list[Answer]] = defaultdict(list)
    for repeat in range(kind.repeats):
        for held in _folds(
            [target.stratum(text) for text in data.train.targets],
            list(map(target.together, data.train.inputs, data.train.targets)),
            seed + repeat,
        ):
            check()
            kept = sorted(set(range(len(data.train))) - set(held))
            part = TaskData(_rows(data.train, kept), Rows(), Rows(), data.labels, data.extra)
            answers = ask(kind, train(part), _rows(data.train, held), check)
            for place, answer in zip(held, answers, strict=True):
                found[place].append(answer)
    places = sorted(found)
    return _rows(data.train, places), [kind.merge(found[place]) for place in places]


def _folds(strata: Sequence[str], together: Sequence[str], seed: int) -> Iterator[list[int]]:
    """Yield places of rows that are held out together; every stratum is spread over the folds.

    Rows that share something (`together`) go where the first of them goes.
    """
    generator = np.random.default_rng(seed)
    groups: dict[str, list[int]] = defaultdict(list)
    for place, stratum in enumerate(strata):
        groups[stratum].append(place)
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    taken: dict[str, int] = {}
    turn = 0
    for _, members in sorted(groups.items()):
        if len(members) < 2:
            continue
        for place in generator.permutation(members).tolist():
            number = taken.setdefault(together[place], turn % FOLDS)
            folds[number].append(place)
            turn += number == turn % FOLDS
    yield from (sorted(fold) for fold in folds if fold)


def _rows(rows: Rows, places: Sequence[int]) -> Rows:
    return Rows(
        [rows.ids[place] for place in places],
        [rows.inputs[place] for place in places],
        [rows.targets[place] for place in places],
    )
