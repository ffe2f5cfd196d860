"""OpenDocument spreadsheets (ODS, FODS) and the XML workbooks of Excel 2003; entities and anything outside the file are refused."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places, number_text
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.sheet import Block, Marks, read_sheets
from bigmodel.data.tables.table import Target
from bigmodel.data.tables.xlsx_scan import BROKEN, measure

CONTENT, MANIFEST, ENCRYPTED = "content.xml", "META-INF/manifest.xml", b"encryption-data"
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
SIGNS = (SPREADSHEET, b"urn:schemas-microsoft-com:office:spreadsheet")
HEAD_BYTES = 2**16
MOST_REPEATED = 1_000  # of cells and rows that hold something; empty ones are not counted out
MIDNIGHT = re.compile(r"T00:00:00(\.0+)?$")
GAPS = {"s": " ", "tab": "\t", "line-break": "\n"}
Attributes = dict[str, str]


class XmlSheet:
    """A sheet whose rows were collected."""

    def __init__(self, name: str, is_hidden: bool) -> None:
        self.name = name
        self.is_hidden = is_hidden
        self.names_row = 0
        self.marks = Marks()
        self.lines: list[list[str]] = []

    @property
    def filled(self) -> int:
        """How many rows hold something."""
        return sum(map(any, self.lines))

    def rows(self, errors: Places | None = None) -> Iterator[list[str]]:  # noqa: ARG002 - of all sheets
        """Yield every row."""
        yield from self.lines

    def skip_to(self, number: int) -> None:
        """Add empty rows before a row that says its number."""
        missing = min(MOST_REPEATED, max(0, number - 1 - len(self.lines)))
        self.lines += [[]] * missing

    def add(self, cells: list[tuple[str, int, int]], repeated: int) -> None:
        """Add a row of cells, each with how many rows and columns it takes."""
        number = len(self.lines) + 1
        row: list[str] = []
        for text, down, across in cells:
            if down > 1 or across > 1:
                left = len(row)
                block = Block(number, number + down - 1, left, left + across - 1)
                self.marks.blocks.append(block)
            row.append(text)
        while row and not row[-1]:
            row.pop()
        self.lines += [row] * (min(repeated, MOST_REPEATED) if row else min(repeated, 2))


def _sheets(file: IO[bytes]) -> list[XmlSheet]:
    """Return the sheets of either format: they differ in names of elements and in how they repeat."""
    sheets: list[XmlSheet] = []
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        tag, told = _local(element.tag), _told(element)
        if event == "start":
            if tag in ("table", "Worksheet") and "name" in {key.lower() for key in told}:
                name = told.get("name") or told.get("Name") or f"{len(sheets) + 1}"
                sheets.append(XmlSheet(name, is_hidden="hidden" in told.get("visibility", "")))
        elif tag in ("table-row", "Row") and sheets:
            sheets[-1].skip_to(int(told.get("Index", 0)))
            cells = _cells(element)
            sheets[-1].add(cells, _number(told, "number-rows-repeated"))
            element.clear()
    return sheets


def _cells(row: Element) -> list[tuple[str, int, int]]:
    cells: list[tuple[str, int, int]] = []
    for cell in row:
        tag, told = _local(cell.tag), _told(cell)
        if tag == "covered-table-cell":
            cells += [("", 1, 1)] * _number(told, "number-columns-repeated")
        elif tag == "table-cell":
            down, across = (
                _number(told, "number-rows-spanned"),
                _number(told, "number-columns-spanned"),
            )
            cells += [(_open_text(cell, told), down, across)] * _number(
                told, "number-columns-repeated"
            )
        elif tag == "Cell":
            place = int(told.get("Index", len(cells) + 1))
            cells += [("", 1, 1)] * min(MOST_REPEATED, max(0, place - 1 - len(cells)))
            across, down = int(told.get("MergeAcross", 0)), int(told.get("MergeDown", 0))
            cells.append((_excel_text(cell), down + 1, across + 1))
            cells += [("", 1, 1)] * min(MOST_REPEATED, across)
    return cells


def _open_text(cell: Element, told: Attributes) -> str:
    """Return a cell of ODS: texts as their paragraphs, values in full as they are stored."""
    kind = told.get("value-type", "string")
    if kind in ("float", "currency", "percentage"):
        number = float(told.get("value", "nan"))
        return number_text(number, "0%" if kind == "percentage" else "")
    if kind in ("date", "boolean"):
        return _moment(told.get(f"{kind}-value", ""))
    for gap in cell.iter():  # of a text: what stands for a blank, a tab or a new line
        if (mark := GAPS.get(_local(gap.tag))) is not None:
            gap.text = mark
    return "\n".join("".join(part.itertext()) for part in cell if _local(part.tag) == "p")


def _excel_text(cell: Element) -> str:
    data = next((part for part in cell if _local(part.tag) == "Data"), None)
    if data is None:
        return ""
    text, kind = "".join(data.itertext()), _told(data).get("Type")
    if kind == "Number":
        return number_text(float(text))
    return "" if kind == "Error" else _moment(text) if kind == "DateTime" else text


def _moment(text: str) -> str:
    return MIDNIGHT.sub("", text).replace("T", " ")


def _number(told: Attributes, name: str) -> int:
    return min(MOST_REPEATED, max(1, int(told.get(name, 1))))


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _told(element: Element) -> Attributes:
    return {_local(key): value for key, value in element.attrib.items()}


def _read(path: Path, target: Target) -> None:
    target.encoding = "UTF-8"
    try:
        if zipfile.is_zipfile(path):
            measure(path)
            with zipfile.ZipFile(path) as archive:
                if ENCRYPTED in archive.read(MANIFEST):
                    raise DatasetError("workbook_locked")
                with archive.open(CONTENT) as file:
                    sheets = _sheets(file)
        else:
            with path.open("rb") as file:
                sheets = _sheets(file)
    except DefusedXmlException as error:
        raise DatasetError("workbook_unsafe") from error
    except (*BROKEN, ParseError, ValueError, OverflowError) as error:
        raise DatasetError("workbook_broken") from error
    read_sheets(sheets, target)


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the content tells
    if head.startswith(b"PK"):
        return SPREADSHEET in head[:200] and b"text-template" not in head[:200]
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and any(
        s in head for s in SIGNS
    )


READER = Reader(
    name="ods", order=-9, endings=(".ods", ".fods", ".xml", ".xls"), claims=_claims, read=_read
)
