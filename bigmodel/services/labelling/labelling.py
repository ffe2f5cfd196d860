"""The door to sorting by hand: what comes next, labels at each click, classes, undo, and the version made of them.

Labels are the store's; this service never holds one that is not stored, and never shows a guess unasked.
"""

from collections.abc import Callable, Mapping
from itertools import islice

import numpy as np

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError, JobError
from bigmodel.core.labelling.labels import SKIPPED, LabelEvent, Labelling
from bigmodel.core.labelling.view import FIRST_ROWS, CurvePoint, LabellingView, LabelModel, LabelRow
from bigmodel.core.name import clean_name
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.revise import with_labels
from bigmodel.jobs.active_learning import ScoringRequest, Suggestions
from bigmodel.services.datasets.keep import keep_version
from bigmodel.services.labelling.active_learning import ActiveLearning
from bigmodel.services.labelling.drawing import as_drawn, can_be_drawn, drawn_label
from bigmodel.services.labelling.sampling_order import Offer, offers
from bigmodel.services.labelling.workspace import Workspace, Workspaces, few_labels
from bigmodel.settings import Settings
from bigmodel.store.base import Store

AHEAD = 8  # rows sent ahead, so that a key press waits for nothing
LAST = 12  # labels shown for correction
FRESH = 10  # changes after which the next rows are looked for anew
NAME_CHARACTERS = 100


class LabellingService:
    """Sorting of all owners' datasets."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._suggesting = ActiveLearning(settings)
        self._desks = Workspaces(settings, store)

    # looking ------------------------------------------------------------------------------------

    def look(
        self,
        owner: str,
        dataset_id: str,
        *,
        shows_guess: bool = False,
        first: LabelEvent | None = None,
    ) -> LabellingView:
        """Return what to sort next and what was sorted; after an undo the row of its mark comes first.

        Raises:
            DatasetError: `sort_transcripts`, where rows have no classes.
        """
        workspace = self._desks.open(owner, dataset_id)
        suggested = self._suggesting.known(dataset_id)
        guesses = (
            {guess[0]: (guess[1], guess[2]) for guess in suggested.rows}
            if suggested and shows_guess
            else {}
        )
        return LabellingView(
            dataset_id=dataset_id,
            name=workspace.dataset.name,
            medium=workspace.version.summary.medium,
            is_drawn=workspace.kind.is_drawn,
            can_draw=can_be_drawn(workspace),
            classes=workspace.classes,
            rows=self._next(workspace, suggested, guesses, first),
            last=self._last(workspace),
            total=int((~workspace.contents.has_label).sum()),
            done=len(workspace.by_hand),
            skipped=len(workspace.skipped),
            labelled=int(workspace.contents.has_label.sum()),
            can_undo=bool(workspace.sorting.marks),
            missing=workspace.missing,
            is_enough=workspace.is_enough,
            model=self._model(workspace, suggested),
        )

    def can_label(self, dataset: Dataset) -> bool:
        """Tell whether rows of a dataset could be sorted into classes by hand."""
        return self._desks.can_label(dataset)

    def is_drawn(self, dataset: Dataset) -> bool:
        """Tell whether labels by hand are drawn into the rows of a dataset."""
        return target_kind(dataset.version.summary.target).is_drawn

    def task_of(self, version: Version) -> str:
        """Return the task that puts the rows of a version into classes, "" where there is none."""
        return self._desks.task(version)

    def _next(
        self,
        workspace: Workspace,
        suggested: Suggestions | None,
        guesses: Mapping[str, tuple[str, float]],
        first: LabelEvent | None,
    ) -> tuple[LabelRow, ...]:
        hardest = np.empty(0, np.int64)
        if suggested is not None and workspace.is_enough:
            found = workspace.contents.find([guess[0] for guess in suggested.rows])
            hardest = found[found >= 0]
        turn = len(workspace.by_hand) + len(workspace.skipped)
        offered = offers(
            workspace.contents.spread,
            hardest,
            is_done=workspace.is_done,
            skipped=workspace.skipped,
            turn=turn,
        )
        chosen = list(islice(offered, AHEAD))
        if first is not None:
            at = int(workspace.contents.find([first.row_id])[0])
            if at >= 0 and (workspace.kind.is_drawn or not workspace.is_done[at]):
                again = Offer(at, is_even=first.is_even)
                chosen = [again, *(offer for offer in chosen if offer.content != at)]
        places = np.array([offer.content for offer in chosen], np.int64)
        ids = workspace.contents.ids(places)
        return tuple(
            LabelRow(
                row_id=row,
                shown=shown,
                alike=int(workspace.contents.alike[offer.content]),
                is_even=offer.is_even,
                is_back=offer.is_back,
                label=first.label if first and first.row_id == row else "",
                guess=guesses.get(row),
            )
            for offer, row, shown in zip(
                chosen, ids, self._desks.shown(workspace, places), strict=True
            )
        )

    def _last(self, workspace: Workspace) -> tuple[LabelRow, ...]:
        newest = list(workspace.by_hand.items())[: -LAST - 1 : -1]
        shown = self._desks.shown(workspace, np.array([at for at, _ in newest], np.int64))
        return tuple(
            LabelRow(
                mark.row_id, text, int(workspace.contents.alike[at]), mark.is_even, label=mark.label
            )
            for (at, mark), text in zip(newest, shown, strict=True)
        )

    def _model(self, workspace: Workspace, suggested: Suggestions | None) -> LabelModel:
        is_pending = self._suggesting.pending(workspace.dataset.id) is not None
        is_asked = workspace.is_enough and self._desks.ranks(workspace.version)
        if not is_asked or (suggested is None and not is_pending):
            return LabelModel("none")
        if suggested is None:
            return LabelModel("pending")
        growth = suggested.growth
        curve = [
            CurvePoint(point.rows, point.accuracy, point.low, point.high)
            for point in (growth.points if growth else ())
        ]
        return LabelModel(
            state="pending" if is_pending else "ready",
            labels=suggested.labels,
            curve=tuple(curve),
            held=growth.held if growth else 0,
            more=growth.more if growth else 0,
            gain=growth.gain if growth else None,
            error=suggested.error,
        )

    # doing --------------------------------------------------------------------------------------

    def label(
        self, owner: str, dataset_id: str, row_id: str, label: str, *, is_even: bool = True
    ) -> None:
        """Say which class a row is; rows that are the same get it too. Saying it again corrects it.

        Raises:
            DatasetError: `class_unknown`, or `row_gone` when the row is not there any more.
        """
        workspace = self._desks.open(owner, dataset_id)
        if workspace.contents.find([row_id])[0] < 0:
            raise DatasetError("row_gone")
        before = workspace.sorting.labels.get(row_id)
        is_fair = before.is_even if before else is_even
        kind = workspace.kind
        classes = None
        if kind.is_drawn and label != SKIPPED:
            label = drawn_label(kind, label)
            classes = sorted(set(kind.parts(label)))
        self._store.labels.put(owner, dataset_id, row_id, label, is_even=is_fair, classes=classes)
        if workspace.sorting.change + 1 - self._seen(dataset_id) >= FRESH:
            self._refresh(owner, dataset_id)

    def skip(self, owner: str, dataset_id: str, row_id: str) -> None:
        """Leave a row for later: it comes back at the end."""
        self.label(owner, dataset_id, row_id, SKIPPED)

    def begin_drawing(self, owner: str, dataset_id: str) -> Dataset:
        """Make a dataset without any class one in which objects are found by boxes or words are marked, as its next version.

        Raises:
            DatasetError: `boxes_of_sorted`, classes were given already, or nothing can be drawn on these.
        """
        workspace = self._desks.open(owner, dataset_id)
        if not can_be_drawn(workspace):
            raise DatasetError("boxes_of_sorted")
        keep_version(self._settings, self._store, owner, as_drawn(self._settings, workspace))
        classes = Labelling(workspace.sorting.classes)
        self._store.labels.replace(owner, dataset_id, classes)
        return self._store.datasets.get(owner, dataset_id)

    def reopen(self, owner: str, dataset_id: str, row_id: str) -> LabelEvent:
        """Return what a row is labelled with, to be shown once more.

        Raises:
            DatasetError: `row_gone`.
        """
        workspace = self._desks.open(owner, dataset_id)
        at = int(workspace.contents.find([row_id])[0])
        if at < 0:
            raise DatasetError("row_gone")
        known = LabelEvent(0, row_id, workspace.contents.labels[at])
        return workspace.by_hand.get(at, known)

    def undo(self, owner: str, dataset_id: str) -> LabelEvent | None:
        """Take the last label back and return it, None where there is nothing to take back."""
        return self._store.labels.take_back(owner, dataset_id)

    def add_class(self, owner: str, dataset_id: str, name: str) -> None:
        """Add a class at the end.

        Raises:
            DatasetError: `class_empty` or `class_twice`.
        """

        def add(known: Labelling) -> bool:
            classes = [*known.classes, _checked(name, known.classes)]
            return self._store.labels.set_classes(
                owner, dataset_id, classes, known=known, relabel=known.relabel
            )

        self._change_classes(owner, dataset_id, lambda workspace: add(workspace.sorting))

    def rename_class(self, owner: str, dataset_id: str, name: str, to: str) -> None:
        """Rename a class; its labels follow.

        Raises:
            DatasetError: `class_unknown`, `class_empty` or `class_twice`.
        """

        def rename(workspace: Workspace) -> bool:
            classes = workspace.sorting.classes
            fresh = _checked(to, [known for known in classes if known != name])
            return self._move(workspace, name, fresh, [fresh if c == name else c for c in classes])

        self._change_classes(owner, dataset_id, rename)
        self._refresh(owner, dataset_id)

    def merge_class(self, owner: str, dataset_id: str, name: str, into: str) -> None:
        """Make one class of two; a class without rows goes away in the same way.

        Raises:
            DatasetError: `class_unknown`.
        """

        def merge(workspace: Workspace) -> bool:
            others = [known for known in workspace.sorting.classes if known != name]
            if into not in others:
                raise DatasetError("class_unknown", label=into)
            return self._move(workspace, name, into, others)

        self._change_classes(owner, dataset_id, merge)
        self._refresh(owner, dataset_id)

    def _change_classes(
        self, owner: str, dataset_id: str, change: Callable[[Workspace], bool]
    ) -> None:
        """Retry a change of the classes until no other change came between."""
        while not change(self._desks.open(owner, dataset_id)):
            pass

    def _move(self, workspace: Workspace, name: str, to: str, classes: list[str]) -> bool:
        """Set the classes, labels of one following into another; tell whether they were still as known."""
        if name not in workspace.sorting.classes:
            raise DatasetError("class_unknown", label=name)
        owner, dataset_id = workspace.dataset.owner, workspace.dataset.id
        relabel = {**workspace.version.recipe.relabel, **workspace.sorting.relabel}
        relabel = {
            came: workspace.kind.recoined(label, name, to) for came, label in relabel.items()
        }
        kind = workspace.kind
        for came in workspace.contents.label_counts:
            if (fresh := kind.recoined(came, name, to)) != came:
                relabel.setdefault(came, fresh)
        moved = {name: to} | {
            mark.label: kind.recoined(mark.label, name, to)
            for mark in workspace.sorting.marks
            if name in kind.parts(mark.label)
        }
        return self._store.labels.set_classes(
            owner, dataset_id, classes, known=workspace.sorting, moved=moved, relabel=relabel
        )

    # using --------------------------------------------------------------------------------------

    def use(self, owner: str, dataset_id: str) -> Dataset:
        """Write the labels into the next version, which Train then uses.

        Raises:
            JobError: `labels_few`, with how many are missing for which class, or `labels_one_class`.
        """
        workspace = self._desks.open(owner, dataset_id)
        if not workspace.is_enough:
            raise few_labels(workspace)
        return self._written(workspace)

    def settle(self, owner: str, dataset_id: str) -> Dataset:
        """Return a dataset whose newest version holds all labels given by hand, as is needed before training."""
        dataset = self._store.datasets.get(owner, dataset_id)
        if self._store.labels.get(owner, dataset_id).is_written or not self._desks.can_label(
            dataset
        ):
            return dataset
        return self._written(self._desks.open(owner, dataset_id))

    def ready(self, owner: str, dataset_id: str) -> Dataset:
        """Return a dataset as a training takes it: all labels by hand are in its newest version, and are enough.

        Raises:
            JobError: `no_labels_yet`, `labels_few` or `labels_one_class`.
        """
        dataset = self.settle(owner, dataset_id)
        summary = dataset.version.summary
        if not summary.unlabelled_rows or not self._desks.can_label(dataset):
            return dataset
        fewest = target_kind(summary.target).fewest_classes
        came_labelled = dataset.version.recipe.target and len(summary.classes) >= fewest
        if came_labelled and summary.usable_rows >= FIRST_ROWS:
            return dataset
        workspace = self._desks.open(owner, dataset_id)
        if workspace.is_enough:
            return dataset
        if not workspace.by_hand and not summary.classes:
            raise JobError("no_labels_yet", dataset=dataset.name)
        raise few_labels(workspace)

    def _written(self, workspace: Workspace) -> Dataset:
        owner, dataset_id, version = (
            workspace.dataset.owner,
            workspace.dataset.id,
            workspace.version,
        )
        relabel = {**version.recipe.relabel, **workspace.sorting.relabel}
        hand = workspace.changes
        if hand or relabel != dict(version.recipe.relabel):
            number = version.number + 1
            made = with_labels(self._settings, version, number, hand, relabel=relabel)
            keep_version(self._settings, self._store, owner, made)
        self._store.labels.set_written(owner, dataset_id, workspace.sorting.change)
        return self._store.datasets.get(owner, dataset_id)

    # the model ----------------------------------------------------------------------------------

    def _seen(self, dataset_id: str) -> int:
        """Return the change for which the next rows were last looked for."""
        known, pending = self._suggesting.known(dataset_id), self._suggesting.pending(dataset_id)
        return max((found.change for found in (known, pending) if found), default=-FRESH)

    def _refresh(self, owner: str, dataset_id: str) -> None:
        """Have the next rows looked for, if there is enough to learn from."""
        workspace = self._desks.open(owner, dataset_id)
        task = self._desks.task(workspace.version)
        if not workspace.is_enough or not task or not self._desks.ranks(workspace.version):
            return
        if workspace.is_done.all():
            return
        marks = workspace.by_hand.values()
        self._suggesting.want(
            dataset_id,
            ScoringRequest(
                task=task,
                dataset=workspace.version.folder,
                recipe=workspace.version.recipe.to_json(),
                labels={mark.row_id: (mark.label, mark.is_even) for mark in marks},
                relabel=dict(workspace.sorting.relabel),
                change=workspace.sorting.change,
            ),
        )


def _checked(name: str, others: list[str] | tuple[str, ...]) -> str:
    """Return a name for a class without spaces around it."""
    fresh = clean_name(" ".join(name.split()), NAME_CHARACTERS)
    if not fresh:
        raise DatasetError("class_empty")
    if fresh.casefold() in {other.casefold() for other in others}:
        raise DatasetError("class_twice", label=fresh)
    return fresh
