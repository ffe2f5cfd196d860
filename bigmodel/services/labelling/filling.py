"""Empty cells of tables: what may be done with them, shown before and after, and done as a version that can be undone."""

from bigmodel.core.datasets.checkup import DROP, EmptyColumn, Finding, Repair, RepairPreview
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.data.checkup.filling import as_read, cells_of, chosen, empty_columns, filled_recipe
from bigmodel.data.checkup.repair import note_repair
from bigmodel.data.versions.revise import renamed, without_rows
from bigmodel.services.datasets.checkup import Settle
from bigmodel.services.datasets.keep import keep_version
from bigmodel.settings import Settings
from bigmodel.store.base import Store

KIND = "filling"
SHOWN_ROWS, SHOWN_CHARACTERS = 5, 300


class FillingService:
    """Empty cells of the tables of all owners."""

    def __init__(self, settings: Settings, store: Store, settle: Settle | None = None) -> None:
        self._settings, self._store = settings, store
        self._settle = settle or store.datasets.get

    def columns(self, owner: str, dataset_id: str) -> list[EmptyColumn]:
        """Return the columns of a table with empty cells; files have none."""
        version = self._store.datasets.get(owner, dataset_id).version
        if version.summary.medium != "text":
            return []
        return empty_columns(self._settings.home / version.folder, version)

    def preview(
        self, owner: str, dataset_id: str, column: str, way: str, value: str = ""
    ) -> RepairPreview:
        """Return what filling a column, or leaving its rows out, would change.

        Raises:
            DatasetError: `fill_column`, `fill_way`, `fill_value`.
        """
        version = self._store.datasets.get(owner, dataset_id).version
        folder, recipe = self._settings.home / version.folder, version.recipe
        found = chosen(folder, version, column)
        cells = cells_of(folder, column, by_hand=column == recipe.target)
        places = cells.empty[:SHOWN_ROWS]
        if way == DROP:
            after, left = [""] * len(places), found.empty
        else:
            made = filled_recipe(folder, version, column, way, value)
            after, left = as_read(folder, made, column, places), 0
        before = as_read(folder, recipe, column, places)
        shown = tuple((b, a[:SHOWN_CHARACTERS]) for b, a in zip(before, after, strict=True))
        repair = Repair.DROP if way == DROP else Repair.CLEAN
        return RepairPreview(
            Finding(KIND, 0, found.empty, repair=repair), found.rows - left, found.empty, shown
        )

    def fill(self, owner: str, dataset_id: str, column: str, way: str, value: str = "") -> Dataset:
        """Make the next version, in which a column's empty cells are filled or its rows left out; what came is kept.

        Raises:
            DatasetError: `fill_column`, `fill_way`, `fill_value`; or what is left cannot be trained on.
        """
        version = self._settle(owner, dataset_id).version
        folder, number = self._settings.home / version.folder, version.number + 1
        if way == DROP:
            chosen(folder, version, column)
            cells = cells_of(folder, column, by_hand=column == version.recipe.target)
            ids = [cells.row_ids[at] for at in cells.empty]
            made = without_rows(self._settings, version, number, ids)
        else:
            recipe = filled_recipe(folder, version, column, way, value)
            made = renamed(self._settings, version, number, recipe, {})
        keep_version(self._settings, self._store, owner, made)
        note_repair(self._settings, made, KIND, version.number)
        return self._store.datasets.get(owner, dataset_id)
