"""Old Excel workbooks (.xls): read as they are stored, nothing in them is ever run, and what xlrd prints goes nowhere."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places, column_letters, text_of
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.sheet import Block, Marks, read_sheets
from bigmodel.data.tables.table import Target

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT, NUMBER, DATE, TRUTH, ERROR = 1, 2, 3, 4, 5  # kinds of cells, as xlrd numbers them
UNREADABLE = (
    struct.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    EOFError,
    OSError,
)


class XlsSheet:
    """A sheet that xlrd holds in memory; the format has at most 65,536 rows."""

    def __init__(self, book: Any, sheet: Any) -> None:  # xlrd is untyped
        self.name: str = sheet.name
        self.is_hidden: bool = sheet.visibility != 0
        self.marks = _marks(sheet)
        self.names_row = 0
        self._book = book
        self._sheet = sheet
        self._formats: dict[int, str] = {}
        self.filled: int = sum(any(sheet.row_types(row)) for row in range(sheet.nrows))

    def rows(self, errors: Places | None = None) -> Iterator[list[str]]:
        """Yield every row from the first on as texts."""
        for row in range(self._sheet.nrows):
            kinds, values = self._sheet.row_types(row), self._sheet.row_values(row)
            yield [
                self._text(row, column, kinds[column], value, errors)
                for column, value in enumerate(values)
            ]

    def _text(self, row: int, column: int, kind: int, value: Any, errors: Places | None) -> str:
        if kind == TEXT:
            return str(value)
        if kind == NUMBER:
            return text_of(float(value), self._format(self._sheet.cell_xf_index(row, column)))
        if kind == DATE:
            return self._date(float(value))
        if kind == ERROR and errors:
            errors.add(f"{column_letters(column)}{row + 1}")
        return text_of(bool(value)) if kind == TRUTH else ""

    def _format(self, style: int) -> str:
        if style not in self._formats:
            try:
                key = self._book.xf_list[style].format_key
                self._formats[style] = str(self._book.format_map[key].format_str)
            except LookupError:  # a style that the workbook does not have
                self._formats[style] = ""
        return self._formats[style]

    def _date(self, value: float) -> str:
        from xlrd import xldate  # noqa: PLC0415  (only in the reader child)

        try:
            moment = xldate.xldate_as_datetime(value, self._book.datemode)
        except (xldate.XLDateError, OverflowError, ValueError):
            return text_of(value)
        return text_of(moment.time() if 0 <= value < 1 else moment)


def _marks(sheet: Any) -> Marks:
    return Marks(
        hidden_rows={row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden},
        hidden_columns={column for column, info in sheet.colinfo_map.items() if info.hidden},
        blocks=[
            Block(top + 1, bottom, left, right - 1)
            for top, bottom, left, right in sheet.merged_cells
        ],
    )


def _read(path: Path, target: Target) -> None:
    import xlrd  # noqa: PLC0415  (only old workbooks need it)
    from xlrd.compdoc import CompDocError  # noqa: PLC0415

    try:
        book = xlrd.open_workbook(str(path), logfile=io.StringIO(), formatting_info=True)
        sheets = [XlsSheet(book, sheet) for sheet in book.sheets()]
    except xlrd.XLRDError as error:
        is_locked = "encrypted" in str(error).lower()
        raise DatasetError("workbook_locked" if is_locked else "workbook_broken") from error
    except (CompDocError, *UNREADABLE) as error:
        raise DatasetError("workbook_broken") from error
    read_sheets(sheets, target)


READER = Reader(
    name="xls",
    order=3,
    endings=(".xls", ".et"),
    claims=lambda head, path: head.startswith(OLE),  # noqa: ARG005
    read=_read,
)
