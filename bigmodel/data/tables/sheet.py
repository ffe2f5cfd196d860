"""From the sheets of a workbook to a table: which sheet, which row of names, which rows. It opens no file itself."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import mean
from typing import Protocol

from bigmodel.core.datasets.workbook_preview import (
    NO_HEADER,
    RowPreview,
    SheetPreview,
    WorkbookPreview,
)
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places, column_letters
from bigmodel.data.tables.footer import is_total
from bigmodel.data.tables.guess import TEXT_NAMES
from bigmodel.data.tables.header import HeadRow, begins_another, guess_header, is_amount, more_names
from bigmodel.data.tables.label import listed
from bigmodel.data.tables.table import Target

SAMPLE_ROWS = 60  # filled rows that are looked at to choose a sheet and the row of names
SEARCHED_ROWS = 5_000  # of them and of empty ones
SHOWN_ROWS = 15
SHOWN_BELOW = 3  # rows shown below a late row of names
MOST_SHOWN = 40
SHOWN_COLUMNS = 12
SHOWN_CHARACTERS = 60
LEAST_SHARE = 0.2  # of the sample that an unnamed column must fill to be read
LONG_CHARACTERS = 20  # a text that is more than a name
NAMED_WEIGHT = 1.5  # of a sheet with a column called like one of texts
HIDDEN_WEIGHT = 0.01
PROGRESS_ROWS = 5_000
NAMED_COLUMNS = 8
SEEN_BELOW = 12  # rows by which names of another table are told


@dataclass(frozen=True)
class Block:
    """Merged cells: rows as people count them, columns from 0, both ends included."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass
class Marks:
    """What a sheet says about its rows and columns beside their values."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    blocks: list[Block] = field(default_factory=list)


class Sheet(Protocol):
    """A sheet of a workbook of any format, or a table of a file that holds several.

    `names_row` is the row that is known to name the columns, 0 where that is to be guessed.
    """

    name: str
    is_hidden: bool
    names_row: int
    marks: Marks

    @property
    def filled(self) -> int:
        """About how many of its rows hold something."""
        ...

    def rows(self, errors: Places | None = None) -> Iterator[list[str]]:
        """Yield every row from the first on, empty ones too; cells that hold an error are empty and counted."""
        ...


@dataclass(frozen=True)
class _Seen:
    """A sheet with its first filled rows and the row of names guessed from them."""

    sheet: Sheet
    sample: tuple[HeadRow, ...]
    header_row: int

    @property
    def below(self) -> list[HeadRow]:
        """The sample without the names and what stands above them."""
        return [row for row in self.sample if row.number > self.header_row]

    @property
    def worth(self) -> float:
        """How many rows with a text there are about, long texts counting double."""
        rows = self.below
        if not rows:
            return 0.0
        texts = [max((len(c) for c in row.cells if not is_amount(c)), default=0) for row in rows]
        share = sum(map(bool, texts)) / len(rows)
        length = min(1.0, mean(texts) / LONG_CHARACTERS)
        names = next((row.cells for row in self.sample if row.number == self.header_row), ())
        is_named = any(TEXT_NAMES.search(name) for name in names)
        worth = (self.sheet.filled - self.sample[0].number + 1) * share * (0.5 + 0.5 * length)
        seen = HIDDEN_WEIGHT if self.sheet.is_hidden else 1.0
        return max(0.1, worth) * (NAMED_WEIGHT if is_named else 1.0) * seen


def read_sheets(sheets: Sequence[Sheet], target: Target) -> Sheet:
    """Choose a sheet and its row of names as the target asks or as they look, and copy its rows; return the sheet.

    Raises:
        DatasetError: `rows_none`, `sheet_unknown`, `header_row_empty`.
    """
    filled = [sheet for sheet in sheets if sheet.filled]
    if not filled:
        raise DatasetError("rows_none")
    seen = _chosen(filled, target.asked.sheet)
    header_row = target.asked.header_row or seen.header_row
    seen = _Seen(seen.sheet, seen.sample, header_row)
    target.look = _look(filled, seen)
    if target.only_looks:
        return seen.sheet
    if len(filled) > 1 and not target.asked.sheet:
        target.findings.note("sheet_chosen", level="info", sheet=seen.sheet.name, count=len(filled))
    _Copy(seen, target).run()
    return seen.sheet


def _chosen(sheets: Sequence[Sheet], wanted: str) -> _Seen:
    if wanted:
        named = next((sheet for sheet in sheets if sheet.name == wanted), None)
        if named is None:
            known = ", ".join(sheet.name for sheet in sheets)
            raise DatasetError("sheet_unknown", sheet=wanted, known=known)
        return _seen(named)
    best: _Seen | None = None
    for sheet in sorted(sheets, key=_most, reverse=True):
        if best is not None and _most(sheet) < best.worth:
            break
        seen = _seen(sheet)
        if best is None or seen.worth > best.worth:
            best = seen
    assert best is not None  # noqa: S101  (there is a sheet)
    return best


def _most(sheet: Sheet) -> float:
    """Return what a sheet can be worth at most, without opening it."""
    return NAMED_WEIGHT * sheet.filled * (HIDDEN_WEIGHT if sheet.is_hidden else 1.0)


def _seen(sheet: Sheet) -> _Seen:
    blocks: dict[int, list[Block]] = {}
    for block in sheet.marks.blocks:
        blocks.setdefault(block.top, []).append(block)
    fill = Fill(sheet.marks.blocks, after=0)
    sample = []
    for number, cells in enumerate(islice(sheet.rows(), SEARCHED_ROWS), 1):
        if any(cells):
            mine = blocks.get(number, ())
            banners = frozenset(block.left for block in mine if block.right > block.left)
            reach = max((block.bottom for block in mine), default=number)
            sample.append(HeadRow(number, fill.filled(number, cells), banners, reach))
        if len(sample) == SAMPLE_ROWS:
            break
    return _Seen(sheet, tuple(sample), sheet.names_row or guess_header(sample))


def _look(sheets: Sequence[Sheet], seen: _Seen) -> WorkbookPreview:
    last = max(SHOWN_ROWS, sum(row.number <= seen.header_row for row in seen.sample) + SHOWN_BELOW)
    rows = seen.sample[: min(last, MOST_SHOWN)]
    return WorkbookPreview(
        sheets=tuple(SheetPreview(s.name, s.filled, s.is_hidden) for s in sheets),
        sheet=seen.sheet.name,
        header_row=seen.header_row,
        rows=tuple(
            RowPreview(row.number, tuple(_short(cell) for cell in row.cells[:SHOWN_COLUMNS]))
            for row in rows
        ),
    )


def _short(cell: str) -> str:
    flat = " ".join(cell[: 4 * SHOWN_CHARACTERS].split())
    return flat if len(flat) <= SHOWN_CHARACTERS else flat[: SHOWN_CHARACTERS - 1] + "…"


class Fill:
    """Gives the value of cells that are merged down a column to each of their rows. Asked row by row, downwards."""

    def __init__(self, blocks: Sequence[Block], *, after: int) -> None:
        self.count = 0
        self._begin: dict[int, list[Block]] = {}
        self._open: list[tuple[Block, str]] = []
        for block in blocks:
            if block.bottom > block.top > after:
                self._begin.setdefault(block.top, []).append(block)

    def filled(self, number: int, cells: list[str]) -> list[str]:
        """Return the cells of a row with what is merged into them from above."""
        if not self._begin and not self._open:
            return cells
        self._open = [(block, value) for block, value in self._open if block.bottom >= number]
        for block, value in self._open:
            if value and block.left < len(cells) and not cells[block.left]:
                cells = [*cells[: block.left], value, *cells[block.left + 1 :]]
                self.count += 1
            elif value and block.left >= len(cells):
                cells = [*cells, *[""] * (block.left - len(cells)), value]
                self.count += 1
        for block in self._begin.pop(number, ()):
            value = cells[block.left] if block.left < len(cells) else ""
            self._open.append((block, value))
        return cells


def _until_another(
    rows: Iterator[list[str]], columns: Sequence[int], target: Target
) -> Iterator[tuple[int, list[str]]]:
    """Yield the filled rows with their numbers, up to another table with names of its own below an empty row."""
    filled = ((number, cells) for number, cells in enumerate(rows, 1) if any(cells))
    last, held = 0, deque[tuple[int, list[str]]]()
    while row := held.popleft() if held else next(filled, None):
        number, cells = row
        if last and number > last + 1:
            held.extend(islice(filled, max(0, SEEN_BELOW - len(held))))
            below = [HeadRow(*each) for each in held]
            if begins_another(HeadRow(number, cells), below, columns):
                count = len(held) + sum(1 for _ in filled)
                names = listed([cell for cell in cells if cell.strip()], NAMED_COLUMNS)
                target.findings.note("table_below", row=number, count=count, names=names)
                return
        last = number
        yield row


class _Copy:
    """Copies the rows below the names of one sheet, and tells what it left out or filled in."""

    def __init__(self, seen: _Seen, target: Target) -> None:
        self._marks = seen.sheet.marks
        self._sheet = seen.sheet
        self._target = target
        self._header_row = seen.header_row
        self._fill = Fill(self._marks.blocks, after=max(0, seen.header_row))
        self._names = self._names_of(seen)
        self._columns = self._columns_of(seen.below)
        self._more = self._more_rows(seen.below)
        self._hidden = 0
        self._held: tuple[int, list[str]] | None = None
        self._banners = {
            block.top
            for block in self._marks.blocks
            if block.right - block.left + 1 >= max(2, 0.6 * len(self._columns))
        }

    def run(self) -> None:
        """Copy all rows.

        Raises:
            DatasetError: as of the target.
        """
        names = [self._names[c] if c < len(self._names) else "" for c in self._columns]
        self._target.start([" ".join(name.split()) for name in names])
        self._say_header()
        errors = Places()
        for number, cells in _until_another(self._sheet.rows(errors), self._columns, self._target):
            if number <= self._header_row or number in self._more:
                continue
            self._take(number, cells)
            if self._target.is_full:
                break
        self._finish()
        self._say(errors)

    def _names_of(self, seen: _Seen) -> Sequence[str]:
        if seen.header_row == NO_HEADER:
            return ()
        row = next((row for row in seen.sample if row.number == seen.header_row), None)
        if row is not None:
            return row.cells
        cells = next(islice(seen.sheet.rows(), seen.header_row - 1, seen.header_row), [])
        if not any(cells):
            raise DatasetError("header_row_empty", row=seen.header_row)
        return cells

    def _columns_of(self, sample: Sequence[HeadRow]) -> list[int]:
        """Return the columns that are read: those with a name, and others that are often filled."""
        width = max((len(row.cells) for row in sample), default=0)
        filled = [0] * max(width, len(self._names))
        for row in sample:
            for column, cell in enumerate(row.cells):
                filled[column] += bool(cell.strip())
        least = max(1.0, LEAST_SHARE * len(sample))
        named = [bool(name.strip()) for name in self._names] + [False] * width
        return [c for c, count in enumerate(filled) if named[c] or count >= least]

    def _more_rows(self, below: Sequence[HeadRow]) -> frozenset[int]:
        """Return the rows below the names that only say more of the columns."""
        if self._header_row in (NO_HEADER, self._sheet.names_row):
            return frozenset()
        rows = [
            [row.cells[c] if c < len(row.cells) else "" for c in self._columns] for row in below
        ]
        names = [self._names[c] if c < len(self._names) else "" for c in self._columns]
        return frozenset(row.number for row in below[: more_names(names, rows)])

    def _take(self, number: int, cells: list[str]) -> None:
        """Copy one filled row, but hold it back until another follows: the last one may be a total."""
        if number in self._banners and sum(map(bool, cells)) == 1:
            self._target.findings.at("banners", number)
            return
        cells = self._fill.filled(number, cells)
        if self._held is not None:
            self._add(*self._held)
        self._held = number, cells

    def _add(self, number: int, cells: list[str]) -> None:
        picked = [cells[c] if c < len(cells) else "" for c in self._columns]
        if not any(picked):
            self._target.findings.at("cells_outside", number)
            return
        if sum(map(bool, picked)) < sum(map(bool, cells)):
            self._target.findings.at("cells_outside", number)
        self._hidden += number in self._marks.hidden_rows
        self._target.add(picked, number)
        if self._target.rows % PROGRESS_ROWS == 0:
            share = self._target.rows / max(self._target.rows, self._sheet.filled)
            self._target.progress(min(0.95, share))

    def _finish(self) -> None:
        if self._held is None:
            return
        number, cells = self._held
        if self._target.rows and is_total(cells):
            self._target.findings.note("total_row", row=number)
        else:
            self._add(number, cells)

    def _say_header(self) -> None:
        if self._header_row > 1:
            self._target.findings.note("header_row", level="info", row=self._header_row)
        elif self._header_row == NO_HEADER and not self._target.asked.header_row:
            self._target.findings.note("header_missing")
        if self._more:
            count = len(self._more)
            self._target.findings.note("header_more", count=count, row=min(self._more))

    def _say(self, errors: Places) -> None:
        note = self._target.findings.note
        if self._hidden:
            note("rows_hidden", count=self._hidden)
        hidden = [c for c in self._columns if c in self._marks.hidden_columns]
        if hidden:
            letters = ", ".join(map(column_letters, hidden[:NAMED_COLUMNS]))
            letters += " …" if len(hidden) > NAMED_COLUMNS else ""
            note("columns_hidden", count=len(hidden), columns=letters)
        if self._fill.count:
            note("merged_filled", level="info", count=self._fill.count)
        if errors.count:
            note("cells_error", count=errors.count, cells=errors.shown)
