"""The stream a reader writes into: rows of texts to one Parquet file, with every limit checked; it never holds the whole table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.datasets.workbook_preview import WorkbookPreview
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Arg, Level, Message
from bigmodel.data.tables.footer import find_footer, is_ruler
from bigmodel.data.tables.source import ORIGINAL, PLACE

MOST_DIGITS = 17  # of a number that every program holds
READING = "data.reading."  # keys of what a reader has to say; `data.problems.` is the check's
SHOWN_LINES = 8
SHOWN_NAME_CHARACTERS = 60
BATCH_ROWS = 20_000
BATCH_CHARACTERS = 8_000_000
HELD_ROWS = 256  # more than a footer and the rows it is compared with
MAX_HEADER_CHARACTERS = 200
DRAWN = ("", " ", "-", "=", ":", "─", "━", "═")  # how a cell of a ruler ends


@dataclass(frozen=True)
class Limits:
    """How much one upload may hold. `max_text_mb` is of all texts together, once unpacked."""

    max_rows: int
    max_columns: int
    max_field_characters: int
    max_text_mb: int


@dataclass(frozen=True)
class ReadRequest:
    """What a person asked of a workbook: a sheet, and the row of its column names (0: as they look).

    `kind` is the target kind that a file is brought for, where somebody chose a task.
    """

    sheet: str = ""
    header_row: int = 0
    kind: str = ""


@dataclass
class Findings:
    """What a reader has to say about a file, counted by kind so that a million bad lines stay one sentence."""

    messages: list[Message] = field(default_factory=list)
    places: dict[str, list[int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, key: str, level: Level = "warning", **args: Arg) -> None:
        """Add one sentence."""
        self.messages.append(Message(f"{READING}{key}", args, level))

    def at(self, key: str, line: int) -> None:
        """Count one more line of this kind; the first few are named."""
        self.counts[key] = self.counts.get(key, 0) + 1
        lines = self.places.setdefault(key, [])
        if len(lines) < SHOWN_LINES:
            lines.append(line)

    def merge(self, other: "Findings") -> None:
        """Add what was found in a file that belongs to this one."""
        self.messages += other.all()

    def all(self) -> list[Message]:
        """Return every sentence, the counted kinds with `count`, `line` (the first) and `lines`."""
        counted = [
            Message(
                f"{READING}{key}",
                {
                    "count": self.counts[key],
                    "line": lines[0],
                    "lines": _listed(lines, self.counts[key]),
                },
                "warning",
            )
            for key, lines in self.places.items()
        ]
        return self.messages + counted


def _listed(lines: Sequence[int], count: int) -> str:
    text = ", ".join(map(str, lines))
    return f"{text} …" if count > len(lines) else text


@dataclass
class Target:
    """Where a reader puts its rows. `start` once, then `add` for each row; a row past the limit ends the reading.

    The table has the columns as they came, under `col.` and their name, and each row's `place`.
    """

    path: Path
    limits: Limits
    findings: Findings
    progress: Callable[[float], None]
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    rows: int = 0
    is_full: bool = False
    asked: ReadRequest = ReadRequest()
    only_looks: bool = False  # a workbook is only looked at, not copied
    look: WorkbookPreview | None = None  # of a workbook, set by its reader
    names_line: int = 0  # of a text file, the line that names the columns
    _writer: pq.ParquetWriter | None = None
    _schema: pa.Schema | None = None
    _names: tuple[str, ...] = ()  # of the columns as they came, where they could come again
    _batch: list[Sequence[str]] = field(default_factory=list)
    _places: list[str] = field(default_factory=list)
    _characters: int = 0
    _bytes: int = 0

    def start(self, names: Sequence[str]) -> None:
        """Take the column names, made unique and speakable.

        Raises:
            DatasetError: `columns_many`.
        """
        if len(names) > self.limits.max_columns:
            raise DatasetError("columns_many", columns=len(names), limit=self.limits.max_columns)
        self.columns = self._unique(names)
        came = tuple(" ".join(name.split()) for name in names)
        self._names = came if sum(map(bool, came)) > 1 else ()
        names = [*(ORIGINAL + name for name in self.columns), PLACE]
        self._schema = pa.schema([(name, pa.string()) for name in names])

    def add(self, values: Sequence[str], line: int) -> None:
        """Add one row, in step with the columns; `line` is where people find it.

        The names of the columns once more, and a ruler below them, are no rows: they are counted and left out.
        """
        if self._is_apart(values, line):
            return
        if self.rows >= self.limits.max_rows:
            self._fill()
            return
        size = sum(map(len, values))
        if size > self.limits.max_field_characters:
            values = [self._cut(value, line) for value in values]
            size = sum(map(len, values))
        if len(self._batch) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self.flush(held=min(HELD_ROWS, len(self._batch) // 2))
        self._batch.append(values)
        self._places.append(str(line))
        self.rows += 1
        self._characters += size

    def flush(self, held: int = 0) -> None:
        """Write the rows held back but for the last ones: a footer is told by the rows above it."""
        if self._schema is None or not self._batch:
            return
        end = len(self._batch) - held
        rows, places = self._batch[:end], self._places[:end]
        columns = [self._array([row[i] for row in rows]) for i in range(len(self.columns))]
        columns.append(pa.array(places, pa.string()))
        table = pa.Table.from_arrays(columns, schema=self._schema)
        self._batch, self._places = self._batch[end:], self._places[end:]
        self._characters = sum(len(cell) for row in self._batch for cell in row)
        self._bytes += table.nbytes
        if self._bytes > self.limits.max_text_mb * 2**20:
            raise DatasetError("table_big", mb=self._bytes // 2**20, limit=self.limits.max_text_mb)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, self._schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Write the rest.

        Raises:
            DatasetError: `rows_none` when no row came.
        """
        self._leave_footer_out()
        self.flush()
        if self._writer is None:
            raise DatasetError("rows_none")
        self._writer.close()

    def _is_apart(self, values: Sequence[str], line: int) -> bool:
        """Tell what files that were glued together, and printed tables, hold between their rows; it is counted."""
        if self._names and " ".join(values[0].split()) == self._names[0]:
            if tuple(" ".join(value.split()) for value in values) == self._names:
                self.findings.at("header_again", line)
                return True
        elif len(self.columns) > 1 and values[-1][-1:] in DRAWN and is_ruler(values):
            self.findings.at("ruler", line)
            return True
        return False

    def _leave_footer_out(self) -> None:
        """Take rows away that add up the others, and notes below them, and say so."""
        if self.is_full:
            return
        for is_total in find_footer(self._batch):
            self._batch.pop()
            self.rows -= 1
            row = int(self._places.pop())
            if is_total:
                self.findings.note("total_row", row=row)
            else:
                self.findings.at("lines_outside", row)

    def _fill(self) -> None:
        if not self.is_full:
            self.is_full = True
            self.findings.note("rows_many", limit=self.limits.max_rows)

    def _cut(self, value: str, line: int) -> str:
        if len(value) <= self.limits.max_field_characters:
            return value
        self.findings.at("field_cut", line)
        return value[: self.limits.max_field_characters]

    def _array(self, values: list[str]) -> pa.Array:
        try:
            return pa.array(values, pa.string())
        except UnicodeEncodeError:  # half of a surrogate pair, which no text can hold
            self.findings.at("characters_lost", self.rows)
            return pa.array(
                [value.encode("utf-8", "replace").decode("utf-8") for value in values], pa.string()
            )

    def _unique(self, names: Sequence[str]) -> tuple[str, ...]:
        taken: dict[str, None] = {}
        repeated: list[str] = []
        for position, raw in enumerate(names, 1):
            name = raw.strip()[:MAX_HEADER_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
            name = name or f"column {position}"
            unique, number = name, 1
            while unique in taken:
                number += 1
                unique = f"{name} ({number})"
            if unique != name:
                repeated.append(unique)
            taken[unique] = None
        if repeated:
            shown = ", ".join(name[:SHOWN_NAME_CHARACTERS] for name in repeated[:SHOWN_LINES])
            self.findings.note("headers_repeated", names=shown)
        return tuple(taken)


class Digits(str):
    """A number of JSON as it was written, so that no zero of it is lost."""

    __slots__ = ()

    def plain(self) -> int | float | str:
        """Return the number where it would be written alike, else its text."""
        if len(self) > MOST_DIGITS:
            return str(self)
        number = int(self) if self.removeprefix("-").isdecimal() else float(self)
        return number if str(number) == self else str(self)


def as_text(value: object) -> str:
    """Return a cell as the text people saw: no "5.0" for a whole number, nothing for a hole."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value != value:  # not a number: a hole
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def limits_from(record: Mapping[str, int]) -> Limits:
    """Return the limits as the parent sent them."""
    return Limits(
        max_rows=record["max_rows"],
        max_columns=record["max_columns"],
        max_field_characters=record["max_field_characters"],
        max_text_mb=record["max_text_mb"],
    )
