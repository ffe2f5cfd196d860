"""Excel workbooks: unpacked sizes are measured before openpyxl sees the file, and its declared ones are never believed."""

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places, column_letters, text_of
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.sheet import Marks, read_sheets
from bigmodel.data.tables.table import Target
from bigmodel.data.tables.xlsx_scan import BROKEN, Part, measure

# XML that is none is a SyntaxError; a style that the workbook does not have is an IndexError
UNREADABLE = (*BROKEN, SyntaxError, TypeError, IndexError)


class XlsxSheet:
    """A sheet that openpyxl streams, with what its part of the archive says about it."""

    def __init__(self, sheet: Any, part: Part) -> None:  # openpyxl is untyped
        self.name: str = sheet.title
        self.is_hidden: bool = sheet.sheet_state != "visible"
        self.filled: int = part.filled
        self.names_row = 0
        self.marks: Marks = part.marks
        self.part = part
        self._sheet = sheet

    def rows(self, errors: Places | None = None) -> Iterator[list[str]]:
        """Yield every row from the first on as texts."""
        self._sheet.reset_dimensions()  # declared ones may lie
        try:
            for number, row in enumerate(self._sheet.iter_rows(), 1):
                yield [self._text(cell, number, column, errors) for column, cell in enumerate(row)]
        except UNREADABLE as error:
            raise DatasetError("workbook_broken") from error

    def _text(self, cell: Any, number: int, column: int, errors: Places | None) -> str:
        value = cell.value
        if value is None:
            return ""
        if cell.data_type == "e":
            if errors:
                errors.add(f"{column_letters(column)}{number}")
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return text_of(value, cell.number_format)
        return text_of(value)


def _read(path: Path, target: Target) -> None:
    import openpyxl  # noqa: PLC0415  (half a second that only workbooks need)

    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("defusedxml is not active in openpyxl")
    parts = measure(path)
    if pictures := _pictures_in(path):
        target.findings.note("workbook_pictures", count=pictures)
    target.encoding = "UTF-8"
    with warnings.catch_warnings(), path.open("rb") as file:  # by its name openpyxl refuses one
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except UNREADABLE as error:
            raise DatasetError("workbook_broken") from error
        sheets = [XlsxSheet(sheet, _part_of(sheet, parts)) for sheet in book.worksheets]
        read = read_sheets(sheets, target)
    _tell_formulas(next(sheet.part for sheet in sheets if sheet is read), target)


def _pictures_in(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(name.startswith("xl/media/") for name in archive.namelist())


def _part_of(sheet: Any, parts: dict[str, Part]) -> Part:
    return parts.get(sheet._worksheet_path, Part(filled=1))  # the only place where openpyxl says it


def _tell_formulas(part: Part, target: Target) -> None:
    missing = part.without_result
    if missing.count and not target.rows and not target.only_looks:
        raise DatasetError("workbook_formulas", count=missing.count, cells=missing.shown)
    if missing.count:
        target.findings.note("formulas_empty", count=missing.count, cells=missing.shown)
    elif part.formulas:
        target.findings.note("formulas", level="info", count=part.formulas)


READER = Reader(
    name="xlsx",
    order=2,
    endings=(".xlsx", ".xlsm"),
    claims=lambda head, path: head.startswith(b"PK"),  # noqa: ARG005
    read=_read,
)
