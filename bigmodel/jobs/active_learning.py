"""Active learning: ranks unlabelled rows by how much their label would help; it is no job, shows no predictions, and stores only figures.

Run by `services.suggesting`: `python -m bigmodel.jobs.active_learning FOLDER`, where FOLDER holds an `asked.json`.
The task's own instant model learns from the labels so far and scores the rows that have none. They are put
in order by margin: the difference of the two highest probabilities, smallest first (margin sampling, Scheffer
et al. 2001; compared with others in Settles 2009). Where words are marked, the least sure word of a text takes its place
(least confidence; Settles and Craven 2008), and no curve is drawn. What it found goes to `suggested.json`, at first without
the learning curve, which takes longer.
"""

import logging
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Recipe, Rows, TaskData
from bigmodel.core.errors import PersonError
from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.core.task import HasBaseline, Params, StopRequested
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.unlabelled import Contents, read_contents, read_inputs
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.platform.process import limit_worker
from bigmodel.jobs.worker.stopwatch import Stopwatch
from bigmodel.metrics.growth import LearningCurve, growth, sizes
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine

log = logging.getLogger(__name__)

ASKED, SUGGESTED = "asked.json", "suggested.json"
LIMIT_S = 60.0  # for one model and its answers
CURVE_S = 20.0  # for the learning curve: repeats that do not fit are left out
MOST_SCORED = 20_000
MOST_LEARNED = 4_000  # newest labels by hand first
SCORED_AT_ONCE = 500
FOLDS, REPEATS = 5, 2
FEWEST_LEARNED = 6
MORE = 20  # labels whose worth is told

Guess = tuple[str, str, float, float]  # row id, class, its probability, margin


@dataclass(frozen=True)
class ScoringRequest:
    """What is to be looked at: a version, the labels so far, and what became of those that it came with.

    `labels` maps a row id to its class and whether it was offered evenly.
    """

    task: str
    dataset: str
    recipe: Mapping[str, Any]
    labels: Mapping[str, tuple[str, bool]]
    relabel: Mapping[str, str]
    change: int

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ScoringRequest":
        labels = {row: (str(of[0]), bool(of[1])) for row, of in value["labels"].items()}
        return cls(**{**value, "labels": labels})


@dataclass(frozen=True)
class Suggestions:
    """What was found: rows without a label, the least sure first; the curve follows when it is done."""

    change: int = 0
    labels: int = 0  # contents that were learned from
    rows: tuple[Guess, ...] = ()
    growth: LearningCurve | None = None
    error: Message | None = None

    def to_json(self) -> dict[str, Any]:
        found = asdict(self)
        found["growth"] = self.growth.to_json() if self.growth else None
        found["error"] = self.error.to_json() if self.error else None
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Suggestions":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        known["rows"] = tuple(
            (str(r[0]), str(r[1]), float(r[2]), float(r[3])) for r in value["rows"]
        )
        known["growth"] = LearningCurve.from_json(value["growth"]) if value["growth"] else None
        known["error"] = Message.from_json(value["error"]) if value["error"] else None
        return cls(**known)


@dataclass(frozen=True)
class Lesson:
    """The labelled contents: what they hold, their classes, and which of them are a fair sample to measure on."""

    rows: Rows
    is_even: NDArray[np.bool_]

    def part(self, places: Sequence[int]) -> Rows:
        rows = self.rows
        return Rows(
            *([column[at] for at in places] for column in (rows.ids, rows.inputs, rows.targets))
        )


class Learner:
    """Trains the instant model of one task, each time in a folder that does not stay."""

    def __init__(self, engine: HasBaseline, params: Params, scratch: Path) -> None:
        self._engine, self._params, self._scratch = engine, params, scratch

    def answers(
        self, rows: Rows, inputs: Sequence[str], until: float, *, held: Rows | None = None
    ) -> tuple[tuple[str, ...], Iterator[list[list[float]]]]:
        """Learn from some rows; return the classes, and the probabilities of some inputs in batches.

        `held` are rows that are not learned from: what is usual is measured on them rather than by more models.

        Raises:
            StopRequested: it takes too long.
        """
        labels, batches = self.given(rows, inputs, tuple(sorted(set(rows.targets))), until, held)
        return labels, ([one.scores for one in batch] for batch in batches)

    def given(
        self,
        rows: Rows,
        inputs: Sequence[str],
        labels: tuple[str, ...],
        until: float,
        held: Rows | None = None,
    ) -> tuple[tuple[str, ...], Iterator[list[Any]]]:
        """Learn from some rows; return what is answered with, and the answers to some inputs in batches.

        Raises:
            StopRequested: it takes too long.
        """
        place = Path(tempfile.mkdtemp(dir=self._scratch))
        try:
            data = TaskData(rows, held or Rows(), Rows(), labels)
            watch = Stopwatch(until)
            self._engine.train_instant(data, self._params, place, watch)
            model = self._engine.load(place)
        finally:
            shutil.rmtree(place, ignore_errors=True)

        def batches() -> Iterator[list[Any]]:
            for start in range(0, len(inputs), SCORED_AT_ONCE):
                watch.step(phase="instant", step=0, steps=0)
                yield list(model.answer(inputs[start : start + SCORED_AT_ONCE]))

        return model.labels, batches()


def suggest(folder: Path, settings: Settings) -> Iterator[Suggestions]:
    """Yield what was found, and once more with the learning curve.

    Raises:
        PersonError: the model cannot be trained for a reason that a person can mend.
    """
    asked = ScoringRequest.from_json(attempt_folder.read_json(folder / ASKED) or {})
    task = get_task(asked.task, settings.task_folders)
    engine = load_engine(task)
    if not isinstance(engine, HasBaseline):
        return
    learner = Learner(engine, task.params(), folder)
    recipe = Recipe.from_json(asked.recipe)
    contents = read_contents(settings.home / asked.dataset, recipe, asked.relabel)
    lesson, unlabelled = _sorted_out(contents, asked)
    found = Suggestions(asked.change, len(lesson.rows))
    kind = target_kind(task.target)
    if kind.is_drawn:
        yield replace(found, rows=_least_sure(learner, lesson, contents, unlabelled, kind))
        return
    found = replace(found, rows=_scored(learner, lesson, contents, unlabelled))
    yield found
    yield replace(found, growth=_curve(learner, lesson))


def _sorted_out(contents: Contents, asked: ScoringRequest) -> tuple[Lesson, NDArray[np.int64]]:
    """Return the labelled contents, and those without a label spread evenly."""
    labels = {at: (label, True) for at, label in enumerate(contents.labels) if label}
    places = contents.find(list(asked.labels)).tolist()
    by_hand = {at: of for at, of in zip(places, asked.labels.values(), strict=True) if at >= 0}
    came = [at for at in contents.spread.tolist() if at in labels and at not in by_hand]
    room = max(0, MOST_LEARNED - len(by_hand))
    learned = [*list(by_hand)[-MOST_LEARNED:], *came[:room]]
    known = labels | by_hand
    inputs = read_inputs(contents, np.asarray(learned, np.int64))
    ids = contents.ids(np.asarray(learned, np.int64))
    rows = Rows(ids, inputs, [known[at][0] for at in learned])
    lesson = Lesson(rows, np.array([known[at][1] for at in learned], np.bool_))
    is_open = np.ones(len(contents), np.bool_)
    is_open[list(known)] = False
    return lesson, contents.spread[is_open[contents.spread]][:MOST_SCORED]


def _scored(
    learner: Learner, lesson: Lesson, contents: Contents, unlabelled: NDArray[np.int64]
) -> tuple[Guess, ...]:
    """Return the guess for each content without a label, the least sure first."""
    until = time.monotonic() + LIMIT_S
    inputs = read_inputs(contents, unlabelled)
    found: list[Guess] = []
    ids = iter(contents.ids(unlabelled))
    try:
        labels, batches = learner.answers(lesson.rows, inputs, until)
        for batch in batches:
            shares = np.asarray(batch, np.float64)
            order = np.argsort(-shares, axis=1, kind="stable")[:, :2]
            top = np.take_along_axis(shares, order, axis=1)
            for place, (first, second) in zip(order[:, 0].tolist(), top.tolist(), strict=True):
                found.append((next(ids), labels[place], first, first - second))
    except StopRequested:  # what is scored by then must do
        log.info("%d of %d rows were scored in time", len(found), len(inputs))
    return tuple(sorted(found, key=lambda guess: guess[3]))


def _least_sure(
    learner: Learner,
    lesson: Lesson,
    contents: Contents,
    unlabelled: NDArray[np.int64],
    kind: TargetKind,
) -> tuple[Guess, ...]:
    """Return how sure the least sure word of each content without a label is, the least sure first; no class is guessed."""
    until, labels = time.monotonic() + LIMIT_S, kind.labels_of(lesson.rows.targets)
    ids, found = iter(contents.ids(unlabelled)), list[Guess]()
    try:
        _, batches = learner.given(lesson.rows, read_inputs(contents, unlabelled), labels, until)
        for batch in batches:
            found += [(next(ids), "", one.least, one.least) for one in batch]
    except StopRequested:
        log.info("%d of %d rows were looked at in time", len(found), len(unlabelled))
    return tuple(sorted(found, key=lambda guess: guess[3]))


def _curve(learner: Learner, lesson: Lesson) -> LearningCurve:
    """Return accuracy by labels learned from; only rows that were offered evenly are measured on.

    Rows that a model picked are the hard ones: measured on them, every model looks worse than it is.
    """
    count = len(lesson.rows)
    until = time.monotonic() + CURVE_S
    learned = sizes(
        count - -(-count // FOLDS), max(FEWEST_LEARNED, 2 * len(set(lesson.rows.targets)))
    )
    right: list[list[float]] = []
    answered: set[int] = set()
    try:
        for seed in range(REPEATS):
            for held in _folds(lesson.rows.targets, seed):
                measured = [at for at in held if lesson.is_even[at]]
                if not measured or not learned:
                    continue
                order = _order(lesson.rows.targets, set(held), seed)
                right.append(
                    [_share(learner, lesson, order[:size], measured, until) for size in learned]
                )
                answered.update(measured)
    except StopRequested:
        log.info("the curve has %d repeats, there was no time for more", len(right))
    return growth(learned, right, held=len(answered), rows=count, more=MORE)


def _share(
    learner: Learner, lesson: Lesson, places: Sequence[int], measured: Sequence[int], until: float
) -> float:
    held = lesson.part(measured)
    labels, batches = learner.answers(lesson.part(places), held.inputs, until)
    said = [labels[int(np.argmax(shares))] for batch in batches for shares in batch]
    return sum(a == b for a, b in zip(said, held.targets, strict=True)) / len(held)


def _folds(targets: Sequence[str], seed: int) -> list[list[int]]:
    """Return places that are held out together; every class is spread over the folds."""
    random = np.random.default_rng(seed)
    groups: dict[str, list[int]] = defaultdict(list)
    for place, target in enumerate(targets):
        groups[target].append(place)
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    turn = 0
    for _, members in sorted(groups.items()):
        for place in random.permutation(members).tolist():
            folds[turn % FOLDS].append(place)
            turn += 1
    return folds


def _order(targets: Sequence[str], held: set[int], seed: int) -> list[int]:
    """Return the other places in an order whose every beginning has all classes."""
    random = np.random.default_rng(seed)
    places = [at for at in random.permutation(len(targets)).tolist() if at not in held]
    first: dict[str, int] = {}
    for at in places:
        first.setdefault(targets[at], at)
    leaders = set(first.values())
    return [*first.values(), *(at for at in places if at not in leaders)]


def _start() -> None:
    folder = Path(sys.argv[1]).resolve()
    limit_worker()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        for found in suggest(folder, Settings()):
            attempt_folder.write_json(folder / SUGGESTED, found.to_json())
    except PersonError as error:
        attempt_folder.write_json(folder / SUGGESTED, Suggestions(error=error.message).to_json())


if __name__ == "__main__":
    _start()
