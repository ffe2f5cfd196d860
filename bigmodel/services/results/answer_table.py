"""Writing a table that people open in a spreadsheet: no cell of theirs may become a living formula."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from bigmodel.data.tables.cell import neutral

Cell = str | float
ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm")
MAX_CELL_CHARACTERS = 32_767  # of XLSX
MAX_SHEET_ROWS = 1_048_576


class AnswerTable(Protocol):
    """A table that is being written, row by row."""

    def add(self, row: Sequence[str], answer: Sequence[Cell]) -> None:
        """Add a row as it came, with what the model says of it."""


class CsvTable:
    """CSV with a byte-order mark, which spreadsheets need to see UTF-8."""

    def __init__(self, path: Path, header: Sequence[str], delimiter: str) -> None:
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file, delimiter=delimiter)
        self.add(header, ())

    def add(self, row: Sequence[str], answer: Sequence[Cell]) -> None:
        self._writer.writerow([neutral(cell) for cell in (*row, *answer)])

    def save(self) -> None:
        self._file.close()

    def discard(self) -> None:
        self._file.close()


class XlsxTable:
    """One sheet (a further one every 1,048,576 rows) whose texts are typed as text."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._path = path
        self._header = header
        self._book = Workbook(write_only=True)
        self._turn()

    def add(self, row: Sequence[str], answer: Sequence[Cell]) -> None:
        if self._rows >= MAX_SHEET_ROWS:
            self._turn()
        self._append((*row, *answer))

    def save(self) -> None:
        self._book.save(self._path)

    def discard(self) -> None:
        for sheet in self._book.worksheets:
            sheet.close()
        self._book.close()

    def _turn(self) -> None:
        self._sheet = self._book.create_sheet()
        self._rows = 0
        self._append(self._header)

    def _append(self, cells: Sequence[Cell]) -> None:
        self._sheet.append([self._typed(cell) for cell in cells])
        self._rows += 1

    def _typed(self, value: Cell) -> object:
        if not isinstance(value, str):
            return value
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:MAX_CELL_CHARACTERS]
        cell = WriteOnlyCell(self._sheet, text)
        cell.data_type = "s"  # openpyxl takes a leading "=" for a formula otherwise
        return cell


@contextmanager
def open_table(path: Path, header: Sequence[str]) -> Iterator[AnswerTable]:
    """Write a table beside its place and move it there when it is whole. The ending names the format."""
    part = path.with_name(f".{path.name}.part")
    ending = path.suffix.lower()
    table: CsvTable | XlsxTable = (
        XlsxTable(part, header)
        if ending == ".xlsx"
        else CsvTable(part, header, "\t" if ending == ".tsv" else ",")
    )
    try:
        yield table
    except BaseException:
        table.discard()
        part.unlink(missing_ok=True)
        raise
    table.save()
    part.replace(path)
