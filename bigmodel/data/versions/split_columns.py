"""By which columns rows may be parted: groups that belong together, and times; it parts none."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Split, Version
from bigmodel.core.datasets.splits import GIVEN, GROUP, NAME, TIME, SplitChoice
from bigmodel.core.errors import DatasetError
from bigmodel.data.parts import flags_in, part_of, parts_in
from bigmodel.data.tables.moment import is_day_first, seconds_of
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.versions.split import NAMES
from bigmodel.data.versions.versions import ITEMS

GROUPS = re.compile(
    r"speaker|patient|client|user|author|subject|shop|store|seller|session|participant|donor|site|client_id|person"
    r"|说话人|发音人|患者|病人|用户|作者|店铺|商家|门店|受试者|被试|会话|账号",
    re.IGNORECASE,
)
PARTS = re.compile(r"[_\-. ]+")
OF_MEDIA = frozenset({"width", "height", "seconds", "file"})  # columns that say nothing of groups
ROWS_A_GROUP = 2  # on average at least
MOST_SHARE = 0.8  # of the rows, in one group
NAMED = 0.95  # share of the files whose names have as many parts
MOST_NAMES = 200
SAMPLE_ROWS = 5_000
DATED = 0.9  # share of the filled cells of a column of times
FEWEST_TIMES = 10  # different ones
FEWEST_DATED = 50  # rows, below which nothing is held out

HELD_OUT = (Split.VALIDATION, Split.TEST)

Values = Sequence[str]


def split_choices(folder: Path, version: Version) -> list[SplitChoice]:
    """Return by what the rows of a version may be parted, the likeliest first, judged by its first rows."""
    recipe = version.recipe
    with pq.ParquetFile(folder / ITEMS) as file:
        batch = next(file.iter_batches(SAMPLE_ROWS), None)
    if batch is None:
        return []
    found: list[SplitChoice] = []
    used = {*recipe.targets, *recipe.inputs, *OF_MEDIA}
    for stored in batch.schema.names:
        column = stored.removeprefix(ORIGINAL)
        if stored.startswith(ORIGINAL) and column not in used:
            found += _choices_of(column, batch.column(stored).to_pylist())
    if recipe.medium != "text":
        names = batch.column("name").to_pylist()
        for place, example, words in parts_of_names(names, frozenset(version.summary.classes)):
            if group_numbers(words) is not None:
                found.append(SplitChoice(f"{NAME}:{place}", example, len({*words} - {""}), True))
    return sorted(found, key=lambda choice: not choice.is_likely)


def _choices_of(column: str, cells: Values) -> Iterator[SplitChoice]:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if (different := len(set(filled))) < 2:
        return
    if parts_in(filled, column):
        yield SplitChoice(f"{GIVEN}:{column}", column, different, is_likely=True)
        return
    if different >= FEWEST_TIMES:
        times = moments(filled)
        if np.mean(~np.isnan(times)) >= DATED and len(np.unique(times)) >= FEWEST_TIMES:
            yield SplitChoice(f"{TIME}:{column}", column, different, is_likely=True)
            return
    if group_numbers(filled) is not None:
        yield SplitChoice(f"{GROUP}:{column}", column, different, bool(GROUPS.search(column)))


def groups_by(folder: Path, key: str) -> NDArray[np.int64]:
    """Return (rows,) a number for each group of a choice, -1 for rows without one.

    Raises:
        DatasetError: `split_column`, `split_no_groups`.
    """
    how, _, name = key.partition(":")
    if how == NAME:
        names = _column(folder, "name")
        values = name_part(names, int(name))
    else:
        values = [cell.strip() for cell in _column(folder, ORIGINAL + name)]
    if group_numbers(values) is None:
        raise DatasetError("split_no_groups", column=name)
    return np.where(np.array([bool(value) for value in values]), numbered(values), -1)


def name_part(names: Values, place: int) -> list[str]:
    """Return the word in one place of the names of files, "" where there is none."""
    split = [PARTS.split(PurePosixPath(name).stem) for name in names]
    return [parts[place] if place < len(parts) else "" for parts in split]


def given_by(folder: Path, key: str) -> NDArray[np.int8]:
    """Return (rows,) the part that a column gives each row, as of `bound_parts`.

    Raises:
        DatasetError: `split_column`, `split_no_parts`.
    """
    name = key.partition(":")[2]
    bound = bound_parts(_column(folder, ORIGINAL + name), name)
    if (bound < 0).all():
        raise DatasetError("split_no_parts", column=name)
    return bound


def bound_parts(cells: Values, column: str = "") -> NDArray[np.int8]:
    """Return (rows,) the held-out part that each cell of a column names, -1 for training and for none."""
    different = {cell for cell in cells if cell.strip()}
    named: dict[str, Split | None] = {**flags_in(different, column)}
    named = named or {cell: part_of(cell) for cell in different}
    held = {cell: NAMES.index(part) for cell, part in named.items() if part in HELD_OUT}
    return np.array([held.get(cell, -1) for cell in cells], np.int8)


def times_by(folder: Path, key: str) -> NDArray[np.float64]:
    """Return (rows,) when each row was, NaN where that is not known.

    Raises:
        DatasetError: `split_column`, `split_no_times`, or `split_day_or_month` where the column leaves that open.
    """
    name = key.partition(":")[2]
    cells = _column(folder, ORIGINAL + name)
    if is_day_first(cells) is None:
        raise DatasetError("split_day_or_month", column=name)
    times = moments(cells)
    known = times[~np.isnan(times)]
    if len(known) < FEWEST_DATED or len(np.unique(known)) < FEWEST_TIMES:
        raise DatasetError("split_no_times", column=name, rows=len(known))
    return times


def moments(cells: Values) -> NDArray[np.float64]:
    """Return when each cell says that something was, NaN where it says nothing."""
    day_first = is_day_first(cells) is not False
    found = {cell: seconds_of(cell, day_first=day_first) for cell in set(cells)}
    return np.array([np.nan if found[c] is None else found[c] for c in cells], np.float64)


def _column(folder: Path, name: str) -> list[str]:
    if name not in pq.read_schema(folder / ITEMS).names:
        raise DatasetError("split_column", column=name.removeprefix(ORIGINAL))
    cells: list[str] = pq.read_table(folder / ITEMS, columns=[name]).column(0).to_pylist()
    return cells


def parts_of_names(names: Values, classes: frozenset[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Yield the words that file names have in one place, where they are few and not the class.

    Each comes as its place, an example, and the word of each row ("" for none).
    """
    split = [PARTS.split(PurePosixPath(name).stem) for name in names]
    sizes = np.bincount([len(parts) for parts in split]) if split else np.zeros(1)
    usual = int(sizes.argmax())
    if usual < 2 or sizes[usual] < NAMED * len(split):
        return
    for place in range(usual):
        words = [parts[place] if len(parts) == usual else "" for parts in split]
        different = set(words)
        is_named = all(word.isalpha() for word in different if word)
        if is_named and 2 <= len(different) <= MOST_NAMES and not different <= {*classes, ""}:
            yield place, f"{PurePosixPath(names[0]).name} → {words[0]}", words


def group_numbers(values: Values) -> NDArray[np.int64] | None:
    """Return a number for each row's group, alone where it has none; nothing where the values are no groups."""
    filled = [value for value in values if value]
    different = len(set(filled))
    if different < 2 or len(filled) < ROWS_A_GROUP * different:
        return None
    of = numbered(values)
    counts = np.bincount(of)
    if counts.max() > MOST_SHARE * len(values):
        return None
    empty = np.array([not value for value in values], np.bool_)
    return np.where(empty, len(counts) + np.arange(len(values)), of).astype(np.int64)


def numbered(values: Values) -> NDArray[np.int64]:
    """Return a number for each value, the same for equal ones, counted in the order in which they occur."""
    codes = pa.array(values, pa.string()).dictionary_encode().indices
    return np.asarray(codes.to_numpy(zero_copy_only=False), np.int64)
