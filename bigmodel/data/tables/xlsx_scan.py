"""The parts of an Excel workbook, unpacked once without being kept: their sizes, which are never believed, and their marks.

Marks are looked for in the bytes (hidden rows, merged cells, formulas without result); no XML is parsed here.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places
from bigmodel.data.tables.sheet import Block, Marks

CHUNK_BYTES = 2**20
WINDOW_BYTES = 8 * 2**20  # at most held back until a row ends
MAX_ENTRIES = 10_000
MAX_RATIO = 100
FREE_BYTES = 16 * 2**20  # below this a high ratio is no danger
MAX_BYTES = 1500 * 2**20
MAX_BLOCKS = 200_000
MAX_COLUMNS = 16_384
PROLOGUE_BYTES = 4096
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
    KeyError,
)
ROW_END = b"row>"
FILLED = (b"v>", b"t>", b"f>")  # how a cell with a value, a text of its own or a formula ends
ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
COLUMN = re.compile(rb"<(?:\w+:)?col\b([^<>]*)>")
HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")
NUMBER = re.compile(rb"\br\s*=\s*[\"'](\d{1,7})[\"']")
SPAN = re.compile(rb"\b(min|max)\s*=\s*[\"'](\d{1,5})[\"']")
MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
NO_RESULT = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*"
    rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
CELL = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3}\d{1,7})[\"']")
EMPTY_TEXT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")


@dataclass
class Part:
    """One sheet as it lies in the archive: rows that hold something, marks, formulas, and those without a result."""

    filled: int = 0
    formulas: int = 0
    marks: Marks = field(default_factory=Marks)
    without_result: Places = field(default_factory=Places)


def measure(path: Path) -> dict[str, Part]:
    """Unpack every part of a workbook without keeping it; return its sheets by their place in the archive.

    Raises:
        DatasetError: `workbook_bomb`, `workbook_unsafe`, `workbook_locked`, `workbook_broken`.
    """
    total = 0
    parts: dict[str, Part] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise DatasetError("workbook_bomb", mb=MAX_BYTES // 2**20)
            for entry in entries:
                scan = _Scan() if entry.filename.startswith("xl/worksheets/") else None
                total += _measure_entry(archive, entry, MAX_BYTES - total, scan)
                if scan:
                    parts[entry.filename] = scan.finished()
    except BROKEN as error:
        raise DatasetError("workbook_broken") from error
    return parts


def _measure_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int, scan: "_Scan | None"
) -> int:
    if entry.flag_bits & 1:
        raise DatasetError("workbook_locked")
    size = 0
    ceiling = min(allowed, max(FREE_BYTES, MAX_RATIO * entry.compress_size))
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK_BYTES):
            if size < PROLOGUE_BYTES and b"<!" in _without_comments(chunk[:PROLOGUE_BYTES]):
                raise DatasetError("workbook_unsafe")
            size += len(chunk)
            if size > ceiling:
                raise DatasetError("workbook_bomb", mb=ceiling // 2**20)
            if scan:
                scan.feed(chunk)
    return size


def _without_comments(prologue: bytes) -> bytes:
    return prologue.replace(b"<!--", b"").replace(b"<![CDATA[", b"")


class _Scan:
    """Looks through the bytes of one sheet, whole rows at a time."""

    def __init__(self) -> None:
        self._part = Part()
        self._held = b""

    def feed(self, chunk: bytes) -> None:
        """Look through as many whole rows as have come."""
        held = self._held + chunk
        cut = held.rfind(ROW_END) + len(ROW_END)
        if cut < len(ROW_END):
            cut = len(held) if len(held) > WINDOW_BYTES else 0
        self._look(held[:cut])
        self._held = held[cut:]

    def finished(self) -> Part:
        """Look through the rest; return what was found."""
        self._look(self._held)
        self._held = b""
        return self._part

    def _look(self, window: bytes) -> None:
        rows = window.split(ROW_END)[:-1]
        self._part.filled += sum(any(end in row for end in FILLED) for row in rows)
        if b"hidden" in window:
            self._note_hidden(window)
        if b"mergeCell" in window:
            self._note_merged(window)
        if b"<f" in window or b":f" in window:
            self._note_formulas(window)

    def _note_hidden(self, window: bytes) -> None:
        marks = self._part.marks
        for match in ROW.finditer(window):
            number = NUMBER.search(match[1]) if HIDDEN.search(match[1]) else None
            if number:
                marks.hidden_rows.add(int(number[1]))
        for match in COLUMN.finditer(window):
            span = dict(SPAN.findall(match[1])) if HIDDEN.search(match[1]) else {}
            if len(span) == 2:
                last = min(int(span[b"max"]), MAX_COLUMNS)
                marks.hidden_columns.update(range(int(span[b"min"]) - 1, last))

    def _note_merged(self, window: bytes) -> None:
        blocks = self._part.marks.blocks
        for match in MERGED.finditer(window):
            if len(blocks) >= MAX_BLOCKS:
                return
            left, right = column_number(match[1]), column_number(match[3])
            blocks.append(Block(int(match[2]), int(match[4]), left, right))

    def _note_formulas(self, window: bytes) -> None:
        self._part.formulas += sum(1 for _ in FORMULA.finditer(window))
        for match in NO_RESULT.finditer(window):
            if match[2] and EMPTY_TEXT.search(match[1]):
                continue  # its result is a text of no characters
            cell = CELL.search(match[1])
            self._part.without_result.add(cell[1].decode() if cell else "")


def column_number(letters: bytes) -> int:
    """Return the place of a column from 0 by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
