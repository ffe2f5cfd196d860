"""The classes of labelled tables: stars sorted into a few, classes renamed and merged; each time as a next version."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Dataset, Form, Recipe, Summary, Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.class_names import ClassName, ClassNames
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.name import clean_name
from bigmodel.data.tables.source import HAND, ORIGINAL
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.revise import renamed
from bigmodel.data.versions.stars import sorted_into, stars_of
from bigmodel.data.versions.versions import ITEMS
from bigmodel.services.datasets.keep import keep_version
from bigmodel.settings import Settings
from bigmodel.store.base import Store

NAME_CHARACTERS = 100


# Returns a dataset whose newest version holds all labels that were given by hand.
Settle = Callable[[str, str], Dataset]


class ClassService:
    """Changes what labels stand for, never the rows or the part they are in."""

    def __init__(self, settings: Settings, store: Store, settle: Settle | None = None) -> None:
        self._settings, self._store = settings, store
        self._settle = settle or store.datasets.get

    def look(self, owner: str, dataset_id: str) -> ClassNames:
        """Return the classes of a labelled table, nothing for amounts, too many labels or any other data."""
        version = self._store.datasets.get(owner, dataset_id).version
        if not _is_labelled(version) or _are_no_names(version.summary):
            return ClassNames(())
        came = self._came(version)
        behind: dict[str, list[str]] = {}
        for label in came:
            behind.setdefault(version.recipe.relabel.get(label, label), []).append(label)
        names = tuple(
            ClassName(name, rows, tuple(behind.get(name, ())))
            for name, rows in version.summary.classes.items()
        )
        return ClassNames(names, stars_of(came))

    def sort_stars(
        self,
        owner: str,
        dataset_id: str,
        names: tuple[str, str, str],
        *,
        low_to: int,
        high_from: int,
    ) -> Dataset:
        """Make a version whose stars stand for three classes.

        Raises:
            DatasetError: `stars_none`, `stars_borders` or `class_unnamed`; or the classes cannot be trained on.
        """
        dataset, stars = self._stars(owner, dataset_id)
        low, middle, high = (clean_name(name, NAME_CHARACTERS) for name in names)
        if not all((low, middle, high)):
            raise DatasetError("class_unnamed")
        if not 0 <= low_to < high_from:
            raise DatasetError("stars_borders", low=low_to, high=high_from)
        relabel = sorted_into(stars, (low, middle, high), low_to=low_to, high_from=high_from)
        return self._next(dataset, replace(dataset.version.recipe, relabel=relabel, kind=""))

    def count_stars(self, owner: str, dataset_id: str) -> Dataset:
        """Make a version whose stars are numbers to learn.

        Raises:
            DatasetError: `stars_none`.
        """
        dataset, stars = self._stars(owner, dataset_id)
        relabel = {label: str(count) for label, count in stars.items() if label != str(count)}
        return self._next(dataset, replace(dataset.version.recipe, relabel=relabel, kind="number"))

    def as_they_came(self, owner: str, dataset_id: str) -> Dataset:
        """Make a version whose labels each stand for themselves again."""
        dataset = self._settle(owner, dataset_id)
        recipe = replace(dataset.version.recipe, relabel={}, kind="")
        return self._next(dataset, recipe)

    def rename(self, owner: str, dataset_id: str, names: Mapping[str, str]) -> Dataset:
        """Make a version with other names of classes; those that get the same name become one.

        An empty name changes nothing.

        Raises:
            DatasetError: `class_gone`; or the classes cannot be trained on, as where one is left.
        """
        dataset = self._settle(owner, dataset_id)
        version = dataset.version
        unknown = set(names) - set(version.summary.classes)
        if unknown or not _is_labelled(version):
            raise DatasetError("class_gone", name=next(iter(unknown), ""))
        changes = {
            name: fresh
            for name, to in names.items()
            if (fresh := clean_name(to, NAME_CHARACTERS)) not in ("", name)
        }
        old = version.recipe.relabel
        relabel = dict(old)
        for label in self._came(version):
            name = old.get(label, label)
            if name in changes:
                relabel[label] = changes[name]
        return self._next(dataset, replace(version.recipe, relabel=relabel), changes)

    def read_as(self, owner: str, dataset_id: str, relabel: Mapping[str, str]) -> Dataset:
        """Make a version in which labels, as they came, stand for others: "" for no answer, themselves for a class."""
        dataset = self._settle(owner, dataset_id)
        recipe = dataset.version.recipe
        fresh = replace(recipe, relabel={**recipe.relabel, **relabel})
        return self._next(dataset, fresh)

    # parts ------------------------------------------------------------------------------------

    def _stars(self, owner: str, dataset_id: str) -> tuple[Dataset, dict[str, int]]:
        dataset = self._settle(owner, dataset_id)
        stars = stars_of(self._came(dataset.version)) if _is_labelled(dataset.version) else {}
        if not stars:
            raise DatasetError("stars_none")
        return dataset, stars

    def _came(self, version: Version) -> list[str]:
        """Return the labels of the label column as they came, without empty ones."""
        column = ORIGINAL + version.recipe.target
        table = pq.read_table(self._settings.home / version.folder / ITEMS, columns=[column])
        labels = {label.strip() for label in table.column(column).unique().to_pylist() if label}
        return sorted(labels - {""})

    def _hand(self, version: Version, changes: Mapping[str, str]) -> dict[str, str]:
        """Return the labels by hand that a change of names concerns, by row id."""
        items: Path = self._settings.home / version.folder / ITEMS
        if not changes or HAND not in pq.read_schema(items).names:
            return {}
        wanted = [(HAND, "in", set(changes))]
        table = pq.read_table(items, columns=["row_id", HAND], filters=wanted)
        ids, hands = (table.column(name).to_pylist() for name in ("row_id", HAND))
        return {row_id: changes[hand] for row_id, hand in zip(ids, hands, strict=True)}

    def _next(
        self, dataset: Dataset, recipe: Recipe, changes: Mapping[str, str] | None = None
    ) -> Dataset:
        version = dataset.version
        if recipe == version.recipe and not changes:
            return dataset
        hand = self._hand(version, changes or {})
        made = renamed(self._settings, version, version.number + 1, recipe, hand)
        kept = keep_version(self._settings, self._store, dataset.owner, made)
        self._follow(dataset, made, changes or {})
        return kept

    def _follow(self, dataset: Dataset, made: Version, changes: Mapping[str, str]) -> None:
        """Let what was sorted by hand follow, so that it does not bring the old names back."""
        owner = dataset.owner
        while True:
            sorting = self._store.labels.get(owner, dataset.id)
            if not sorting.classes and not sorting.marks:
                return
            if self._set_classes(dataset, made, changes, sorting):
                break
        change = self._store.labels.get(owner, dataset.id).change
        self._store.labels.set_written(owner, dataset.id, change)

    def _set_classes(
        self, dataset: Dataset, made: Version, changes: Mapping[str, str], sorting: Labelling
    ) -> bool:
        """Set the classes that follow from a version; tell whether they were still those of `sorting`."""
        before = dataset.version.summary.classes
        held = {*made.summary.classes, *(changes.get(m.label, m.label) for m in sorting.marks)}
        names = dict.fromkeys(changes.get(name, name) for name in sorting.classes)
        kept = [name for name in names if name in held or name not in before]
        relabel = made.recipe.relabel
        return self._store.labels.set_classes(
            dataset.owner, dataset.id, kept, known=sorting, moved=changes, relabel=relabel
        )


def _are_no_names(summary: Summary) -> bool:
    """Tell whether labels are no class names: amounts, or far too many of them."""
    return len(summary.classes) > target_kind(summary.target).most_names


def _is_labelled(version: Version) -> bool:
    recipe = version.recipe
    return recipe.form == Form.TABLE and bool(recipe.target) and not recipe.also
