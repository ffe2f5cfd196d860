"""Several targets of one row, a column each: how one cell holds them, and what the outputs of a model of them are called; it opens no file.

A cell holds `{"topic": "billing", "stars": 4.5}`: texts are classes, numbers are amounts, `null` says that a column
is empty. An output is called `topic = billing` where it stands for a class, as its column where it is the number.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

MARK = "\u2063 = "  # after the column of a class: the invisible separator stands in no name
BETWEEN = " · "
MOST_COLUMNS = 5

Value = str | float | None


class Head(NamedTuple):
    """The outputs that belong to one column: one a class, or a single one for a number (`classes` is empty)."""

    column: str
    classes: tuple[str, ...]
    first: int  # place of its first output

    @property
    def outputs(self) -> slice:
        """Where its outputs stand among all."""
        return slice(self.first, self.first + max(1, len(self.classes)))

    def value(self, cell: str) -> str:
        """Return what a cell says in this column as people write it, "" for nothing that can be learned or measured."""
        found = read_columns(cell).get(self.column)
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


def output_names(columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return what outputs are called; columns come with their classes, those of numbers with none."""
    names: list[str] = []
    for column, classes in columns.items():
        names += [f"{column}{MARK}{label}" for label in classes] or [column]
    return tuple(names)


def heads_of(outputs: Sequence[str]) -> tuple[Head, ...]:
    """Return the columns that outputs belong to, in their order."""
    classes: dict[str, list[str]] = {}
    first: dict[str, int] = {}
    for place, name in enumerate(outputs):
        column, mark, label = name.partition(MARK)
        first.setdefault(column, place)
        classes.setdefault(column, []).extend([label] if mark else [])
    return tuple(Head(column, tuple(found), first[column]) for column, found in classes.items())


def line_of(values: Mapping[str, Value]) -> str:
    """Return the values of a row in one line."""
    pairs = ((name, shown(value)) for name, value in values.items())
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
