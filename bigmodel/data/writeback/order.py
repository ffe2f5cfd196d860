"""What is to be written beside the rows of somebody's table: plain values that travel to the child as JSON and Parquet."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["text", "share", "number"]  # a share is a number from 0 to 1, shown in percent
PLACE = "place"  # column of the answers: the row of the file, counted as a spreadsheet does


@dataclass(frozen=True)
class Share:
    """A number from 0 to 1 that is shown in percent."""

    value: float


@dataclass(frozen=True)
class Head:
    """A text in the style of the table's own header."""

    text: str


Cell = str | float | int | Share | Head | None


@dataclass(frozen=True)
class Column:
    """A column to add. Its values are the column of the same number in the answers."""

    heading: str
    kind: Kind


@dataclass(frozen=True)
class Order:
    """One table to write back.

    `answers` is a Parquet file: `place` and one column, named "0", "1" …, for each of `columns`, with
    every row that was read, answered or not. `header_row` 0 means the first row that is filled, an empty
    `sheet` the first sheet that is.
    """

    source: Path
    out: Path
    format: str
    answers: Path
    columns: tuple[Column, ...]
    sheet: str = ""
    header_row: int = 0
    delimiter: str = ""
    max_characters: int = 1_000_000  # of a field, as when it was read
    summary_title: str = ""
    summary: tuple[tuple[Cell, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        value = asdict(self) | {name: str(getattr(self, name)) for name in PATHS}
        value["summary"] = [[_packed(cell) for cell in row] for row in self.summary]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Order":
        known = {name: value[name] for name in cls.__dataclass_fields__}
        known |= {name: Path(value[name]) for name in PATHS}
        known["columns"] = tuple(Column(**column) for column in value["columns"])
        known["summary"] = tuple(tuple(map(_unpacked, row)) for row in value["summary"])
        return cls(**known)


PATHS = ("source", "out", "answers")
Rows = Mapping[int, Sequence[str | float | None]]  # the values to add, by place


def _packed(cell: Cell) -> object:
    if isinstance(cell, Share):
        return {"share": cell.value}
    return {"head": cell.text} if isinstance(cell, Head) else cell


def _unpacked(value: Any) -> Cell:  # Any: a cell as JSON holds it
    if isinstance(value, Mapping):
        return Share(value["share"]) if "share" in value else Head(value["head"])
    cell: Cell = value
    return cell
