"""The cells to add to one worksheet: first a look where they may stand, then a copy with them in place; no other cell is touched."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.order import Column, Rows
from bigmodel.data.writeback.splice import Splicer, named, prefix_of, text_of

MAX_COLUMN = 16_384  # XFD
MAX_ROW = 1_048_576
MAX_CELL_CHARACTERS = 32_767
REFERENCE = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d*)")
NAMES = named("sheetData", "row", "c", "v", "is", "f", "dimension", "mergeCell", "col", "worksheet")
FILLED = ("v", "is", "f")
SPANS = re.compile(rb"(\sspans\s*=\s*[\"']\d+:)(\d+)(?=[\"'])")
REF = re.compile(rb"(\sref\s*=\s*[\"'])([^\"']*)")
HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'][^\"']*[\"']")


@dataclass
class Survey:
    """What stands where on a sheet. `last` is the last column that is in use from the header on."""

    header_row: int = 0
    last: int = 0
    header_style: str = ""
    header_last: int = 0  # the last filled column of the header
    rows: int = 0


class Surveyor(Splicer):
    """Looks at a sheet; what it passes on is thrown away."""

    def __init__(self, header_row: int) -> None:
        super().__init__(lambda _: None)
        self.found = Survey(header_row=header_row)
        self._row = self._column = 0
        self._style = ""

    def start(self, name: str, attributes: Sequence[str]) -> None:
        """Note filled cells, and merged ones that reach further."""
        local = NAMES.get(name)
        if local == "c":
            given = _attribute(attributes, "r")
            self._column = column_of(given) if given else self._column + 1
            self._style = _attribute(attributes, "s")
        elif local in FILLED:
            self._fill()
        elif local == "row":
            self._row, self._column = _row_number(attributes, self._row), 0
            self.found.rows += 1
        elif local == "mergeCell":
            self._reach(_attribute(attributes, "ref"))

    def _fill(self) -> None:
        found = self.found
        found.header_row = found.header_row or self._row
        if self._row < found.header_row:
            return
        found.last = max(found.last, self._column)
        if self._row == found.header_row and self._column >= found.header_last:
            found.header_last, found.header_style = self._column, self._style

    def _reach(self, reference: str) -> None:
        _, _, right, bottom = area_of(reference)
        if bottom >= self.found.header_row:
            self.found.last = max(self.found.last, right)


@dataclass(frozen=True)
class Plan:
    """Where cells go and how they look: style numbers as attributes hold them, "" for none."""

    survey: Survey
    columns: tuple[Column, ...]
    rows: Rows
    share_style: str = ""
    progress: Callable[[float], None] = field(default=lambda _: None)

    @property
    def first(self) -> int:
        return self.survey.last + 1

    @property
    def stop(self) -> int:
        return self.first + len(self.columns)


class CellWriter(Splicer):
    """Copies a sheet with the cells of a plan."""

    def __init__(self, write: Callable[[bytes], object], plan: Plan) -> None:
        super().__init__(write)
        if plan.stop - 1 > MAX_COLUMN:
            raise DatasetError("sheet_full")
        self._plan = plan
        self._row = self._column = self._seen = 0
        self._written: set[int] = set()
        self._waiting: list[tuple[int, bytes]] = []  # cells of the present row, by column
        self._prefix = b""
        self._row_tag = b""
        self._depth = 0  # inside a row: 1 for its cells
        self._dropped: int | None = None  # where an empty cell begins that a new one replaces
        self._bottom = max([plan.survey.header_row, *plan.rows])

    def start(self, name: str, attributes: Sequence[str]) -> None:
        """Put in what belongs before this element."""
        local = NAMES.get(name)
        if self._row_tag:
            self._depth += 1
            if self._depth == 1:
                self._pass(local, attributes)
        elif local == "row":
            self._open_row(attributes)
        elif local == "dimension":
            self._widen()
        elif local == "col":
            self._show(attributes)

    def end(self) -> None:
        """Put in what is left of a row."""
        if not self._row_tag:
            return
        if self._depth:
            self._depth -= 1
            if not self._depth and self._dropped is not None:
                self._drop()
            return
        cells = b"".join(cell for _, cell in self._waiting)
        if cells and self._row_tag.endswith(b"/>"):
            opened = self._spanned(self._row_tag[:-2].rstrip() + b">")
            start = self.at - len(self._row_tag)
            self.replace(start, self.at, opened + cells + b"</" + self._prefix + b"row>")
        elif cells:
            self.replace(self.at, self.at, cells)
        self._row_tag, self.keep_from = b"", None

    def _open_row(self, attributes: Sequence[str]) -> None:
        self._row, self._column = _row_number(attributes, self._row), 0
        self._seen += 1
        if self._seen % 2_000 == 0:
            self._plan.progress(self._seen / max(1, self._plan.survey.rows))
        cells = self._cells(attributes)
        if not cells or self._row in self._written:
            return
        self._written.add(self._row)
        self._row_tag = self.tag()
        self._prefix = prefix_of(self._row_tag)
        self._waiting = [(column, self._cell(column, kind, text)) for column, kind, text in cells]
        if self._row_tag.endswith(b"/>"):
            self.keep_from = self.at
        else:
            self.replace(self.at, self.at + len(self._row_tag), self._spanned(self._row_tag))

    def _spanned(self, tag: bytes) -> bytes:
        """Let the hint of where a row ends reach the new cells."""
        last = self._plan.stop - 1
        return SPANS.sub(lambda found: found.group(1) + b"%d" % max(int(found.group(2)), last), tag)

    def _cells(self, row: Sequence[str]) -> list[tuple[int, str, str]]:
        """Return columns, styles and values (what begins with "<" is an inline text) of the cells to add."""
        plan = self._plan
        if self._row == plan.survey.header_row:
            style = plan.survey.header_style
            heads = enumerate(plan.columns, plan.first)
            return [(place, style, inline(column.heading)) for place, column in heads]
        style = _attribute(row, "s") if _attribute(row, "customFormat") in ("1", "true") else ""
        cells = []
        for place, value in enumerate(plan.rows.get(self._row, ()), plan.first):
            if value is None:
                continue
            is_share = plan.columns[place - plan.first].kind == "share"
            text = inline(value) if isinstance(value, str) else repr(float(value))
            cells.append((place, (is_share and plan.share_style) or style, text))
        return cells

    def _cell(self, column: int, style: str, value: str) -> bytes:
        return cell(self._prefix, f"{letters(column)}{self._row}", style, value)

    def _pass(self, local: str | None, attributes: Sequence[str]) -> None:
        """Put the waiting cells before a cell further right; an empty one in their place makes room."""
        if local == "c":
            given = _attribute(attributes, "r")
            self._column = column_of(given) if given else self._column + 1
        else:  # an extension after the cells
            self._column = MAX_COLUMN + 1
        before = [cell for place, cell in self._waiting if place < self._column]
        if before:
            self.replace(self.at, self.at, b"".join(before))
            self._waiting = self._waiting[len(before) :]
        if self._waiting and self._waiting[0][0] == self._column:
            self._dropped = self.keep_from = self.at

    def _drop(self) -> None:
        """Write a new cell over an empty one, which keeps its style."""
        start = self._dropped or 0
        tag = self.tag(start)
        stop = self.at if tag.endswith(b"/>") else self.at + len(self.tag())
        _, new = self._waiting.pop(0)
        if style := re.search(rb"\ss\s*=\s*[\"'](\d+)", tag):
            new = restyled(new, style.group(1))
        self.replace(start, stop, new)
        self._dropped = self.keep_from = None

    def _widen(self) -> None:
        """Let the sheet's own measure reach the new cells."""
        tag = self.tag()
        found = REF.search(tag)
        if not found:
            return
        left, top, right, bottom = area_of(found.group(2).decode("ascii", "ignore"))
        survey = self._plan.survey
        right, bottom = max(right, self._plan.stop - 1), max(bottom, self._bottom)
        left, top = left or 1, min(top or MAX_ROW, max(1, survey.header_row))
        new = f"{letters(left)}{top}:{letters(right)}{bottom}".encode()
        self.replace(self.at + found.start(2), self.at + found.end(2), new)

    def _show(self, attributes: Sequence[str]) -> None:
        """Show the columns of the new cells where all columns from there on are hidden."""
        if _attribute(attributes, "hidden") not in ("1", "true"):
            return
        low, high = (int(_attribute(attributes, name) or 0) for name in ("min", "max"))
        first, last = max(low, self._plan.first), min(high, self._plan.stop - 1)
        if first > last:
            return
        tag = self.tag()
        parts = [(low, first - 1, tag), (first, last, HIDDEN.sub(b"", tag)), (last + 1, high, tag)]
        new = b"".join(_bounded(part, a, b) for a, b, part in parts if a <= b)
        closing = b"" if tag.endswith(b"/>") else b"</" + prefix_of(tag) + b"col>"
        if closing:  # written with an end tag, as nobody does: left as it is
            return
        self.replace(self.at, self.at + len(tag), new)


def look(chunks: Iterable[bytes], header_row: int) -> Survey:
    """Return what stands on a sheet; `header_row` 0 means the first row that is filled, if there is one."""
    surveyor = Surveyor(header_row)
    surveyor.feed(chunks)
    return surveyor.found


def cell(prefix: bytes, reference: str, style: str, value: str) -> bytes:
    """Return a cell; `value` is a number, or an inline text as `inline` marks it."""
    shown = b' s="%s"' % style.encode("ascii") if style else b""
    start = b'<%sc r="%s"%s' % (prefix, reference.encode("ascii"), shown)
    if not value.startswith("<"):
        return b"%s><%sv>%s</%sv></%sc>" % (start, prefix, value.encode("ascii"), prefix, prefix)
    text = text_of(value[1:])
    inside = b'<%sis><%st xml:space="preserve">%s</%st></%sis>' % (
        prefix, prefix, text, prefix, prefix,
    )  # fmt: skip
    return b'%s t="inlineStr">%s</%sc>' % (start, inside, prefix)


def restyled(new: bytes, style: bytes) -> bytes:
    """Return a cell in another style."""
    head, _, rest = new.partition(b">")
    head = re.sub(rb' s="\d*"', b"", head)
    return b'%s s="%s">%s' % (head, style, rest)


def inline(text: str) -> str:
    """Mark a value of `cell` as a text."""
    return "<" + text[:MAX_CELL_CHARACTERS]


def letters(column: int) -> str:
    """Return a column as a spreadsheet names it."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(reference: str) -> int:
    """Return the number of the column in a reference, 0 where it has none."""
    found = REFERENCE.match(reference)
    number = 0
    for letter in found.group(1).upper() if found else "":
        number = number * 26 + ord(letter) - 64
    return number


def area_of(reference: str) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a range such as A1:C9, 0 for what it does not say."""
    first, _, last = reference.strip().partition(":")
    corners = [REFERENCE.match(text) for text in (first, last or first)]
    rows = [int(found.group(2) or 0) if found else 0 for found in corners]
    return column_of(first), rows[0], column_of(last or first), rows[1]


def _bounded(tag: bytes, low: int, high: int) -> bytes:
    tag = re.sub(rb"(\smin\s*=\s*[\"'])\d+", rb"\g<1>%d" % low, tag)
    return re.sub(rb"(\smax\s*=\s*[\"'])\d+", rb"\g<1>%d" % high, tag)


def _row_number(attributes: Sequence[str], before: int) -> int:
    given = _attribute(attributes, "r")
    number = int(given) if given.isdecimal() else before + 1
    if number > MAX_ROW:
        raise DatasetError("workbook_broken")
    return number


def _attribute(attributes: Sequence[str], name: str) -> str:
    for place in range(0, len(attributes), 2):
        if attributes[place] == name:
            return attributes[place + 1]
    return ""
