"""Empty cells of a table, column by column: counted, filled by a step of cleaning, or left out with their rows; it writes no version.

What is filled into a column that a model reads is found in the training rows and kept as a value, so that
rows added later and rows at prediction get the same one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.datasets.checkup import (
    DROP,
    INPUT,
    LEAVE,
    MEDIAN,
    OTHER,
    TARGET,
    USUAL,
    VALUE,
    EmptyColumn,
)  # fmt: skip
from bigmodel.core.datasets.dataset import Recipe, Split, Version
from bigmodel.core.errors import DatasetError
from bigmodel.data.cleaning import clean_texts, fill_step, fills, is_empty
from bigmodel.data.tables.label import is_missing
from bigmodel.data.tables.number import find_format
from bigmodel.data.tables.source import HAND, ORIGINAL
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import ITEMS

LONGEST = 200  # characters of what is filled in
MOST_USUAL = 80  # characters of a cell that may be the commonest; texts of sentences have none
NUMBERS = 0.95  # of the cells that are not empty: then the column holds numbers


@dataclass(frozen=True)
class Cells:
    """A column of a version as it came: its cells, and which rows are learned from."""

    cells: Sequence[str]
    row_ids: Sequence[str]
    parts: Sequence[str]

    @property
    def empty(self) -> list[int]:
        """The places of rows whose cell is empty."""
        return [at for at, cell in enumerate(self.cells) if is_empty(cell)]

    @property
    def _learned(self) -> list[str]:
        rows = zip(self.cells, self.parts, strict=True)
        return [cell.strip() for cell, part in rows if part == Split.TRAIN and not is_empty(cell)]

    @property
    def usual(self) -> str:
        """The commonest cell of the training rows, "" where none comes twice."""
        counted = Counter(cell for cell in self._learned if len(cell) <= MOST_USUAL)
        cell, rows = max(counted.items(), key=lambda pair: pair[1], default=("", 0))
        return cell if rows > 1 else ""

    @property
    def median(self) -> str:
        """The cell with the middle number of the training rows, as it is written there, "" where they are no numbers."""
        known = self._learned
        form = find_format(known)
        numbers = sorted((n, cell) for cell in known if (n := form.number(cell)) is not None)
        if not numbers or len(numbers) < NUMBERS * len(known):
            return ""
        return numbers[(len(numbers) - 1) // 2][1]


def cells_of(folder: Path, column: str, *, by_hand: bool = False) -> Cells:
    """Return a column as it came; `by_hand`: with the labels that were given here in its place."""
    table = pq.read_table(folder / ITEMS, columns=[ORIGINAL + column, "row_id", "split", HAND])
    cells, row_ids, parts, hand = (table.column(at).to_pylist() for at in range(4))
    given = hand if by_hand else [""] * len(cells)
    return Cells([h or cell or "" for cell, h in zip(cells, given, strict=True)], row_ids, parts)


def empty_columns(folder: Path, version: Version) -> list[EmptyColumn]:
    """Return the columns with empty cells, those that a model reads or learns first."""
    recipe, summary = version.recipe, version.summary
    named = [*recipe.inputs, *filter(str.strip, recipe.targets)]
    rest = [name for name in summary.columns if name not in named]
    found = []
    for name in dict.fromkeys(name for name in (*named, *rest) if name in summary.columns):
        cells = cells_of(folder, name, by_hand=name == recipe.target)
        if empty := len(cells.empty):
            found.append(_described(name, cells, empty, version))
    return found


def _described(name: str, cells: Cells, empty: int, version: Version) -> EmptyColumn:
    recipe = version.recipe
    filled = ""
    if name in recipe.inputs:
        filled = fills(recipe.cleaning).get(recipe.inputs.index(name), "")
    elif name == recipe.target:
        filled = recipe.relabel.get("", "")
    ways = [DROP, *_ways(name, cells, version)]
    values = {USUAL: cells.usual, MEDIAN: cells.median}
    return EmptyColumn(
        name,
        empty=empty,
        rows=len(cells.cells),
        role=INPUT if name in recipe.inputs else TARGET if name in recipe.targets else OTHER,
        ways=(*ways, *([LEAVE] if filled else [])),
        values={way: values[way] for way in ways if way in values},
        filled=filled,
    )


def _ways(name: str, cells: Cells, version: Version) -> list[str]:
    """Return how the empty cells of a column can be filled; a right answer only by what a person says it is."""
    recipe, kind = version.recipe, target_kind(version.summary.target)
    if name in recipe.inputs:
        reads_one = not recipe.more and kind.is_given and not (kind.reads_inputs or kind.is_prose)
        if not (kind.reads_all or reads_one):
            return []
        found = ((USUAL, cells.usual), (MEDIAN, cells.median))
        return [VALUE, *(way for way, value in found if value)]
    is_named = name == recipe.target and not recipe.also and not kind.reads_inputs
    return [VALUE] if is_named and not kind.is_prose else []


def filled_recipe(folder: Path, version: Version, column: str, way: str, value: str) -> Recipe:
    """Return the recipe of a version whose empty cells of a column are filled in, or left as they are.

    Raises:
        DatasetError: `fill_column`, `fill_way`, `fill_value`.
    """
    recipe, found = version.recipe, chosen(folder, version, column)
    if way not in found.ways or way == DROP:
        raise DatasetError("fill_way", column=column)
    value = found.values.get(way, value).strip()[:LONGEST]
    if way != LEAVE and is_empty(value):
        raise DatasetError("fill_value")
    if found.role == TARGET:
        relabel = {label: name for label, name in recipe.relabel.items() if label}
        return replace(recipe, relabel=relabel | ({} if way == LEAVE else {"": value}))
    place = recipe.inputs.index(column)
    mine = fill_step(place, "")
    kept = [step for step in recipe.cleaning if not step.startswith(mine)]
    return replace(recipe, cleaning=(*kept, *([] if way == LEAVE else [fill_step(place, value)])))


def chosen(folder: Path, version: Version, column: str) -> EmptyColumn:
    """Return what is known of a column with empty cells.

    Raises:
        DatasetError: `fill_column`.
    """
    for found in empty_columns(folder, version):
        if found.name == column:
            return found
    raise DatasetError("fill_column", column=column)


def as_read(folder: Path, recipe: Recipe, column: str, places: Sequence[int]) -> list[str]:
    """Return cells of a column as they are read under a recipe, "" for nothing."""
    cells = cells_of(folder, column, by_hand=column == recipe.target).cells
    asked = [cells[at].strip() for at in places]
    if column in recipe.inputs:
        return clean_texts(asked, recipe.cleaning, recipe.inputs.index(column))
    return [recipe.relabel.get("", "") if is_missing(c) or not c else c for c in asked]
