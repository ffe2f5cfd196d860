"""Tables of web pages that were saved or exported, also under the name of a workbook; nothing of a page is run or fetched."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places
from bigmodel.data.tables.encoding import find_encoding
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.sheet import Block, Marks, read_sheets
from bigmodel.data.tables.table import Target

BOM = b"\xef\xbb\xbf"
WEB = re.compile(
    rb"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype html|html|head|body|table|meta|div|style)\b",
    re.DOTALL | re.IGNORECASE,
)
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,20})", re.IGNORECASE)
HEAD_BYTES = 4096
FEWEST_ROWS, FEWEST_COLUMNS = 3, 2
MOST_SPAN = 1_000  # rows or columns of a merged cell
WORKBOOKS = (".xls", ".xlsx", ".xlsm", ".et")
UNSEEN = ("script", "style", "template", "noscript")
BREAKS = ("br", "p", "div", "li", "tr")


class PageTable:
    """A table of a page as a sheet; cells over several columns stand in the first of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_hidden = False
        self.names_row = 0
        self.marks = Marks()
        self.lines: list[list[str]] = []
        self._below: dict[tuple[int, int], int] = {}  # places that merged cells of rows above take

    @property
    def filled(self) -> int:
        """How many rows hold something, 0 where it is no table of rows but a frame of the page."""
        rows = [row for row in self.lines if sum(map(bool, row)) >= FEWEST_COLUMNS]
        return len(rows) if len(rows) >= FEWEST_ROWS else 0

    def rows(self, errors: Places | None = None) -> Iterator[list[str]]:  # noqa: ARG002 - of all sheets
        """Yield every row."""
        yield from self.lines

    def begin_row(self) -> None:
        """Begin a row."""
        self.lines.append([])
        self._skip_taken()

    def add(self, text: str, down: int, across: int) -> None:
        """Add a cell that reaches over some rows and columns."""
        row, number = self.lines[-1], len(self.lines)
        left = len(row)
        row += [text, *[""] * (across - 1)]
        if down > 1 or across > 1:
            self.marks.blocks.append(Block(number, number + down - 1, left, left + across - 1))
        for below in range(number + 1, number + down):
            self._below[below, left] = across
        self._skip_taken()

    def _skip_taken(self) -> None:
        row = self.lines[-1]
        while across := self._below.pop((len(self.lines), len(row)), 0):
            row += [""] * across


class _Page(HTMLParser):
    """Collects the tables of a page with the texts that people see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[PageTable] = []
        self._open: list[PageTable] = []
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self._unseen = 0
        self._titles: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        if tag == "table":
            self._end_cell()
            self._open.append(PageTable(f"table {len(self.tables) + 1}"))
            self.tables.append(self._open[-1])
        elif not self._open:
            return
        elif tag == "tr":
            self._end_cell()
            self._open[-1].begin_row()
        elif tag in ("td", "th"):
            self._end_cell()
            told = dict(attrs)
            self._cell, self._spans = [], (_span(told.get("rowspan")), _span(told.get("colspan")))
        elif tag == "caption":
            self._titles = []
        elif tag in BREAKS and self._cell:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "caption" and self._open and self._titles is not None:
            title, known = " ".join("".join(self._titles).split()), {t.name for t in self.tables}
            self._open[-1].name = title if title and title not in known else self._open[-1].name
            self._titles = None
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._titles is not None:
            self._titles.append(data)
        elif self._cell is not None:
            self._cell.append(re.sub(r"\s+", " ", data))

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        table = self._open[-1]
        if not table.lines:
            table.begin_row()
        lines = "".join(self._cell).replace("\xa0", " ").split("\n")
        text = "\n".join(line for each in lines if (line := each.strip()))
        table.add(text, *self._spans)
        self._cell = None


def _span(told: str | None) -> int:
    return min(MOST_SPAN, max(1, int(told))) if told and told.isdecimal() else 1


def _read(path: Path, target: Target) -> None:
    text, target.encoding = _decoded(path)
    page = _Page()
    page.feed(text)
    page.close()
    if not any(table.filled for table in page.tables):
        is_named = path.suffix.lower() in WORKBOOKS
        raise DatasetError("workbook_web" if is_named else "file_web_page")
    read_sheets(page.tables, target)


def _decoded(path: Path) -> tuple[str, str]:
    """Return a page as text and its encoding: as it says itself where that is so, else as its bytes look."""
    content = path.read_bytes()
    told = CHARSET.search(content[:HEAD_BYTES])
    if told:
        name = told[1].decode("ascii")
        try:
            codec = {"gb2312": "gb18030", "gbk": "gb18030"}.get(name.lower(), name)
            return content.decode(codec), name.upper()
        except (LookupError, UnicodeDecodeError):
            pass
    found = find_encoding(path)
    return content.decode(found.codec, "replace"), found.name


def _claims(head: bytes, path: Path) -> bool:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16", "ignore").encode() if wide else head
    if not WEB.match(text.removeprefix(BOM).lstrip()[:HEAD_BYTES]):
        return False
    return b"<table" in (text if wide else path.read_bytes()).lower()


READER = Reader(
    name="html", order=-8, endings=(".html", ".htm", ".xls"), claims=_claims, read=_read
)
