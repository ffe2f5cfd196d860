"""Excel workbooks: unpacked sizes are measured before openpyxl sees the file, and its declared ones are never believed."""

import datetime
import itertools
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bigmodel.core.errors import DatasetError
from bigmodel.data.readers import Reader
from bigmodel.data.table import Target, as_text

CHUNK_BYTES = 2**20
MAX_ENTRIES = 10_000
MAX_RATIO = 100
FREE_BYTES = 16 * 2**20  # below this a high ratio is no danger
MAX_BYTES = 1500 * 2**20
PROLOGUE_BYTES = 4096
NO_RESULT = (b"</f></c>", b"</f><v></v>", b"</f><v/>", b"</f><v />")
PROGRESS_ROWS = 5_000
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
    KeyError,
)


def _read(path: Path, target: Target) -> None:
    import openpyxl  # noqa: PLC0415  (half a second that only workbooks need)

    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("defusedxml is not active in openpyxl")
    formulas, without_result = _measure(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            rows = _first_sheet(book, target)
        except (*BROKEN, SyntaxError, TypeError) as error:  # XML that is none is a SyntaxError
            raise DatasetError("workbook_broken") from error
        target.encoding = "UTF-8"
        _copy(rows, target)
    if formulas and not target.rows:
        raise DatasetError("workbook_formulas", count=formulas)
    if without_result:
        target.findings.note("formulas_empty", count=without_result)
    elif formulas:
        target.findings.note("formulas", level="info", count=formulas)


def _first_sheet(book: Any, target: Target) -> Iterator[list[str]]:  # openpyxl is untyped
    filled = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = (_texts(row) for row in sheet.iter_rows(values_only=True))
        first = next((row for row in rows if any(row)), None)
        if first is not None:
            filled.append((sheet, first, rows))
    if not filled:
        raise DatasetError("rows_none")
    sheet, first, rows = filled[0]
    if len(filled) > 1:
        target.findings.note("sheet_chosen", level="info", sheet=sheet.title, count=len(filled))
    return itertools.chain([first], rows)


def _copy(rows: Iterator[list[str]], target: Target) -> None:
    header = next(rows)
    while header and not header[-1]:
        header.pop()
    target.start(header)
    width = len(header)
    for number, row in enumerate(rows, 2):
        if not any(row):
            continue
        if any(row[width:]):
            target.findings.at("rows_ragged", number)
        target.add((row + [""] * width)[:width], number)
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, target.rows / target.limits.max_rows + 0.3))
        if target.is_full:
            return


def _texts(row: tuple[object, ...]) -> list[str]:
    return [_text(value) for value in row]


def _text(value: object) -> str:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return as_text(value)


def _measure(path: Path) -> tuple[int, int]:
    """Unpack every part without keeping it; return how many formulas the sheets hold, and without result.

    Raises:
        DatasetError: `workbook_bomb`, `workbook_unsafe`, `workbook_locked`, `workbook_broken`.
    """
    total = formulas = without_result = 0
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise DatasetError("workbook_bomb", mb=MAX_BYTES // 2**20)
            for entry in entries:
                size, found, empty = _measure_entry(archive, entry, MAX_BYTES - total)
                total, formulas = total + size, formulas + found
                without_result += empty
    except BROKEN as error:
        raise DatasetError("workbook_broken") from error
    return formulas, without_result


def _measure_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int
) -> tuple[int, int, int]:
    if entry.flag_bits & 1:
        raise DatasetError("workbook_locked")
    size = formulas = without_result = 0
    is_sheet = entry.filename.startswith("xl/worksheets/")
    ceiling = min(allowed, max(FREE_BYTES, MAX_RATIO * entry.compress_size))
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK_BYTES):
            if size < PROLOGUE_BYTES and b"<!" in _without_comments(chunk[:PROLOGUE_BYTES]):
                raise DatasetError("workbook_unsafe")
            size += len(chunk)
            if size > ceiling:
                raise DatasetError("workbook_bomb", mb=ceiling // 2**20)
            if is_sheet:
                formulas += chunk.count(b"<f>") + chunk.count(b"<f ")
                without_result += sum(map(chunk.count, NO_RESULT))
    return size, formulas, without_result


def _without_comments(prologue: bytes) -> bytes:
    return prologue.replace(b"<!--", b"").replace(b"<![CDATA[", b"")


READER = Reader(
    name="xlsx",
    order=2,
    endings=(".xlsx", ".xlsm"),
    claims=lambda head, path: head.startswith(b"PK"),  # noqa: ARG005
    read=_read,
)
