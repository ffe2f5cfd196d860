"""A dataset laid out for sorting: its contents, the marks on them, and what is still open; it changes no label."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.answers import answer_type
from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError, JobError
from bigmodel.core.labelling.labels import LabelEvent, Labelling
from bigmodel.core.labelling.view import FIRST_ROWS, ClassCount
from bigmodel.core.target import TargetKind
from bigmodel.core.task import Medium
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.unlabelled import Contents, read_cells, read_contents
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import find_tasks

MOST_CLASSES = 50  # of the labels that a table came with
TEXT_CHARACTERS = 6_000
KEPT_TABLES, KEPT_CELLS = 3, 2_000


@dataclass(frozen=True)
class Workspace:
    """A dataset with its contents and their label events; `by_hand` are the events of the labelled contents."""

    dataset: Dataset
    sorting: Labelling
    contents: Contents
    by_hand: Mapping[int, LabelEvent]
    skipped: NDArray[np.int64]
    is_done: NDArray[np.bool_]

    @property
    def version(self) -> Version:
        return self.dataset.version

    @property
    def kind(self) -> TargetKind:
        return target_kind(self.version.summary.target)

    @property
    def counts(self) -> Counter[str]:
        """Contents of each class (of drawn ones: pieces), by hand and as they came."""
        return self.came + self.given

    @property
    def given(self) -> Counter[str]:
        """What was given by hand of each class."""
        return parts_of(self.kind, Counter(mark.label for mark in self.by_hand.values()))

    @property
    def came(self) -> Counter[str]:
        """What came of each class and was not given anew by hand."""
        labels = self.contents.labels
        anew = Counter(labels[at] for at in self.by_hand if labels[at])
        return parts_of(self.kind, self.contents.label_counts - anew)

    @property
    def missing(self) -> tuple[tuple[str, int], ...]:
        """Classes that have too few rows for a first model, with how many they lack."""
        counts = self.counts
        found = ((name, FIRST_ROWS - counts[name]) for name in self.sorting.classes)
        return tuple((name, lack) for name, lack in found if lack > 0)

    @property
    def is_enough(self) -> bool:
        has_rows = int(self.is_done.sum()) >= FIRST_ROWS
        return (
            has_rows and len(self.sorting.classes) - len(self.missing) >= self.kind.fewest_classes
        )

    @property
    def classes(self) -> tuple[ClassCount, ...]:
        """The classes in order with their counts."""
        by_hand, counts = self.given, self.counts
        return tuple(ClassCount(name, counts[name], by_hand[name]) for name in self.sorting.classes)

    @property
    def changes(self) -> dict[str, str]:
        """What the labels by hand of the newest version lack, by row id; "" takes one back."""
        contents = self.contents
        wanted = np.zeros(len(contents), np.int64)  # 0: no label by hand
        wanted[contents.has_label] = -1  # as it is, whoever gave it
        names = [""]
        for at, mark in self.by_hand.items():
            names.append(mark.label)
            wanted[at] = len(names) - 1
        ids, hands = contents.row_ids.to_pylist(), contents.hands.to_pylist()
        rows = wanted[contents.of].tolist()
        return {
            row_id: names[at]
            for row_id, hand, at in zip(ids, hands, rows, strict=True)
            if at >= 0 and hand != names[at]
        }


class Workspaces:
    """Lays datasets out, and remembers what was read of their files."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._tables: OrderedDict[tuple[str, str], Contents] = OrderedDict()
        self._cells: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._lock = threading.Lock()  # of both caches

    def can_label(self, dataset: Dataset) -> bool:
        """Tell whether rows of a dataset could be sorted into classes by hand."""
        kind = target_kind(dataset.version.summary.target)
        return kind.by_hand and bool(self.task(dataset.version))

    def open(self, owner: str, dataset_id: str) -> Workspace:
        """Return a dataset laid out for sorting.

        Raises:
            DatasetError: `sort_transcripts`, where rows have no classes.
        """
        dataset = self._store.datasets.get(owner, dataset_id)
        if not self.can_label(dataset):
            raise DatasetError("sort_transcripts")
        sorting = self._store.labels.get(owner, dataset_id)
        contents = self._contents(dataset.version, sorting.relabel)
        sorting = self._met(dataset, sorting, contents)
        labels = sorting.labels
        places = contents.find(list(labels)).tolist()
        by_hand = {at: mark for at, mark in zip(places, labels.values(), strict=True) if at >= 0}
        is_done = contents.has_label.copy()
        is_done[list(by_hand)] = True
        skipped = contents.find(list(sorting.skipped))
        skipped = skipped[skipped >= 0]
        return Workspace(dataset, sorting, contents, by_hand, skipped[~is_done[skipped]], is_done)

    def _met(self, dataset: Dataset, sorting: Labelling, contents: Contents) -> Labelling:
        """Return the sorting with the classes that rows came with, and labels by hand that were given elsewhere."""
        owner, dataset_id = dataset.owner, dataset.id
        kind = target_kind(dataset.version.summary.target)
        counts = parts_of(kind, contents.label_counts)
        came = [name for name, _ in counts.most_common(MOST_CLASSES)]
        marks = () if sorting.marks or sorting.change else _marks(contents)
        known = {*sorting.classes}
        by_hand = (name for mark in marks for name in kind.parts(mark.label))
        fresh = [name for name in dict.fromkeys((*came, *by_hand)) if name not in known]
        if not fresh and not marks:
            return sorting
        classes = [*sorting.classes, *fresh]
        if marks:
            change = len(marks)
            met = Labelling(tuple(classes), marks, sorting.relabel, change, change)
            self._store.labels.replace(owner, dataset_id, met)
        else:
            self._store.labels.set_classes(
                owner, dataset_id, classes, known=sorting, relabel=sorting.relabel
            )
        return self._store.labels.get(owner, dataset_id)

    def _contents(self, version: Version, relabel: Mapping[str, str]) -> Contents:
        key = (version.digest, repr(sorted(relabel.items())))
        with self._lock:
            if key in self._tables:
                self._tables.move_to_end(key)
                return self._tables[key]
        found = read_contents(self._settings.home / version.folder, version.recipe, relabel)
        with self._lock:
            self._tables[key] = found
            while len(self._tables) > KEPT_TABLES:
                self._tables.popitem(last=False)
        return found

    def shown(self, workspace: Workspace, places: NDArray[np.int64]) -> list[str]:
        """Return the texts or file names of some contents, those seen before from memory."""
        wanted = [(workspace.version.digest, at) for at in places.tolist()]
        with self._lock:
            known = {key: self._cells[key] for key in wanted if key in self._cells}
        unread = [key for key in wanted if key not in known]
        if unread:
            texts = read_cells(workspace.contents, np.array([at for _, at in unread], np.int64))
            read = zip(unread, texts, strict=True)
            fresh = {key: text[:TEXT_CHARACTERS] for key, text in read}
            known |= fresh
            with self._lock:
                self._cells.update(fresh)
                while len(self._cells) > KEPT_CELLS:
                    self._cells.popitem(last=False)
        return [known[key] for key in wanted]

    def task(self, version: Version) -> str:
        """Return the task that such rows are labelled for, "" where there is none."""
        tasks = find_tasks(self._settings.task_folders).values()
        medium, target = version.summary.medium, version.summary.target
        is_drawn = target_kind(target).is_drawn
        fitting = (
            task.name
            for task in tasks
            if task.medium == medium
            and (task.target == target if is_drawn else answer_type(task).chooses)
        )
        return next(fitting, "")

    def ranks(self, version: Version) -> bool:
        """Tell whether the instant model of the task can tell rows that it is unsure of: one that only guesses cannot."""
        name = self.task(version)
        task = find_tasks(self._settings.task_folders).get(name)
        return task is not None and not task.guesses_first


def parts_of(kind: TargetKind, labels: Mapping[str, int]) -> Counter[str]:
    """Return how often each class stands in labels, of which the counts are given."""
    found: Counter[str] = Counter()
    for label, count in labels.items():
        for name in kind.parts(label):
            found[name] += count
    return found


def _marks(contents: Contents) -> tuple[LabelEvent, ...]:
    """Return manual labels that the version holds and the log does not, one for each content."""
    found: dict[int, LabelEvent] = {}
    hands = zip(
        contents.row_ids.to_pylist(), contents.hands.to_pylist(), contents.of.tolist(), strict=True
    )
    for row_id, label, content in hands:
        if label and content not in found:
            found[content] = LabelEvent(len(found) + 1, row_id, label)
    return tuple(found.values())


def few_labels(workspace: Workspace) -> JobError:
    """Return what is missing until there is enough to learn from: the least that would do."""
    if workspace.kind.is_drawn:
        what = "marks" if workspace.version.summary.medium == Medium.TEXT else "boxes"
        return JobError(
            f"{what}_few", least=FIRST_ROWS, rows=int(workspace.is_done.sum()),
            boxes=max(workspace.counts.values(), default=0),
        )  # fmt: skip
    if len(workspace.sorting.classes) < 2:
        return JobError("labels_one_class", least=FIRST_ROWS)
    short = sorted(workspace.missing, key=lambda of: of[1])
    enough = len(workspace.sorting.classes) - len(short)
    missing = ", ".join(f"{name}: {lack}" for name, lack in short[: 2 - enough])
    return JobError("labels_few", least=FIRST_ROWS, missing=missing)
