"""Several targets of one row, a column each: how one cell holds them, and what the outputs of a model of them are called; it opens no file.

A cell holds `{"topic": "billing", "stars": 4.5}`: texts are classes or lists of marked words, numbers are amounts,
`null` says that a column is empty. An output is called `topic = billing` where it stands for a class, `names # B-PERSON`
where it stands for a tag of words, as its column where it is the number.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from bigmodel.core.datasets.spans import OUTSIDE, bio_tags, marked_line, parse_marks

SEPARATES = "\u2063"  # after a column: the invisible separator stands in no name
MARK, TAG = f"{SEPARATES} = ", f"{SEPARATES} # "  # of a class, and of a tag of words
BETWEEN = " · "
MOST_COLUMNS = 5

Value = str | float | None


class Head(NamedTuple):
    """The outputs that belong to one column: one a class or a tag of words, or a single one for a number (both are empty)."""

    column: str
    classes: tuple[str, ...]
    first: int  # place of its first output
    kinds: tuple[str, ...] = ()  # of marked words

    @property
    def kind(self) -> str:
        """What the column holds: a label, a number or marked words."""
        return "spans" if self.kinds else "label" if self.classes else "number"

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of words, in the order of their outputs."""
        return bio_tags(self.kinds) if self.kinds else ()

    @property
    def names(self) -> tuple[str, ...]:
        """What its outputs are called."""
        return output_names(
            {self.column: self.classes or self.kinds}, [self.column] * bool(self.kinds)
        )

    @property
    def outputs(self) -> slice:
        """Where its outputs stand among all."""
        return slice(self.first, self.first + len(self.names))

    def value(self, cell: str) -> str:
        """Return what a cell says in this column as people write it, "" for nothing that can be learned or measured."""
        found = read_columns(cell).get(self.column)
        if self.kinds:
            return str(found) if is_marked(found) else ""
        if self.classes:
            text = shown(found)
            return text if text in self.classes else ""
        return _amount(found)


def write_columns(values: Mapping[str, Value]) -> str:
    """Return the values of a row as one cell, "" where no column says anything."""
    kept = {name: None if value == "" else value for name, value in values.items()}
    if all(value is None for value in kept.values()):
        return ""
    return json.dumps(kept, ensure_ascii=False)


def read_columns(cell: str) -> dict[str, Value]:
    """Return the values of a cell by column; nothing for what `write_columns` did not write."""
    if not cell.startswith("{"):
        return {}
    try:
        found = json.loads(cell)
    except ValueError:
        return {}
    plain = all(isinstance(value, str | int | float | None) for value in found.values())
    return found if plain else {}


def output_names(
    columns: Mapping[str, Sequence[str]], marked: Collection[str] = ()
) -> tuple[str, ...]:
    """Return what outputs are called; columns come with their classes, `marked` ones with kinds of words, those of numbers with none."""
    names: list[str] = []
    for column, classes in columns.items():
        if column in marked:
            names += [f"{column}{TAG}{tag}" for tag in bio_tags(classes)]
        else:
            names += [f"{column}{MARK}{label}" for label in classes] or [column]
    return tuple(names)


def heads_of(outputs: Sequence[str]) -> tuple[Head, ...]:
    """Return the columns that outputs belong to, in their order."""
    classes: dict[str, list[str]] = {}
    kinds: dict[str, dict[str, None]] = {}
    first: dict[str, int] = {}
    for place, name in enumerate(outputs):
        column, mark, label = name.partition(TAG if TAG in name else MARK)
        first.setdefault(column, place)
        classes.setdefault(column, []).extend([label] if mark == MARK else [])
        if mark == TAG and label != OUTSIDE:
            kinds.setdefault(column, {})[label[2:]] = None
    return tuple(
        Head(column, tuple(found), first[column], tuple(kinds.get(column, ())))
        for column, found in classes.items()
    )


def is_marked(value: Value) -> bool:
    """Tell whether a value lists marked words, maybe none."""
    return (
        isinstance(value, str) and value.startswith(("[", "{")) and parse_marks(value) is not None
    )


def line_of(values: Mapping[str, Value]) -> str:
    """Return the values of a row in one line."""
    pairs = ((n, marked_line(str(v)) if is_marked(v) else shown(v)) for n, v in values.items())
    return BETWEEN.join(f"{name}: {text}" for name, text in pairs if text)


def shown(value: Value) -> str:
    """Return a value as people read it."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:g}"


def _amount(value: Value) -> str:
    """Return a number as text, "" for none: a file that is tried holds texts."""
    if isinstance(value, str):
        try:
            value = float(value.strip().replace(",", ".", 1))
        except ValueError:
            return ""
    return "" if value is None or value != value or abs(value) == float("inf") else repr(value)
