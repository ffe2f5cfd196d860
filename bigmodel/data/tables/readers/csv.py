"""Delimited text (comma, semicolon, tab, pipe): which mark parts the fields, which line names the columns, which lines are rows."""

import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bigmodel.core.datasets.workbook_preview import NO_HEADER
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.header import (
    FULL_SHARE,
    HeadRow,
    guess_header,
    is_first_row,
    is_sure_name,
    more_names,
    names_one_column,
    names_pasted,
)
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.records import PLAIN, Dialect, Records, find_dialect, rows_of, usual_width
from bigmodel.data.tables.shapes.quoting import (
    CLOSING,
    DOUBLE,
    FORMULA,
    are_wrapped,
    of_formula,
    quote_of,
    unwrapped,
)
from bigmodel.data.tables.shapes.separated import (
    BLANK,
    PADDING,
    TAB,
    are_blank_parted,
    are_padded,
    long_mark,
)
from bigmodel.data.tables.table import Findings, Target

DELIMITERS = (",", ";", "\t", "|")
RARE = (
    "^",
    "~",
    "，",
    "；",
)  # of those that hardly part columns, only where the names say that they do
PASTED = "\t"  # the delimiter that only what was pasted declares
NEVER = "\x1f"  # a delimiter that no text holds: each line is one cell
FIRST_LINE = 0.25  # more a delimiter is worth that parts the first line like most
PARTS_FIRST = 0.1  # more one is worth that parts the first line at all
HARDLY_IN_TEXT = 0.02  # more one is worth that texts hardly hold
SAMPLE_LINES = 200
SAMPLE_CHARACTERS = 400_000
PROGRESS_ROWS = 20_000
FIELD_CEILING = 2**30
COMMENT = "#"
PIPE = "|"
ESCAPED = r"\|"  # a bar within a cell of Markdown
WITHIN = "\x1e"  # what stands for it while the cells are parted
FRAME = re.compile(r"^\s*\||\|\s*$")  # of a table as Markdown or a database prints it
CLOSED = re.compile(r"[-=_*—]{10,}")  # a line that ends a table, as in bills
DRAWN = re.compile(r"\s*[|+:\s=-]*-{3}[|+:\s=-]*")  # a line that is only a ruler

Row = tuple[int, list[str]]


def _read(path: Path, target: Target) -> None:
    csv.field_size_limit(FIELD_CEILING)
    encoding = find_encoding(path)
    target.encoding = encoding.name
    if encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    sample, lines = _begun(read_lines(path, encoding, target.findings), target.findings)
    declared = _declared(sample)
    if declared == PASTED and _is_printed(sample[1:]):
        sample, declared = ["\n", *sample[1:]], ""
    if not declared and are_padded(sample):
        lines = (PADDING.sub("", line) for line in itertools.chain(sample, lines))
        sample = _sample(lines)
    if not declared and (mark := long_mark(sample)):
        around = re.compile(rf" *{re.escape(mark)} *")
        lines = (around.sub(TAB, line) for line in itertools.chain(sample, lines))
        sample = _sample(lines)
    delimiter = declared or (BLANK if are_blank_parted(sample) else _sniff(sample))
    if delimiter == PIPE:
        escaped = ESCAPED if _is_printed(sample) else WITHIN
        came = (line.replace(escaped, WITHIN) for line in itertools.chain(sample, lines))
        lines = _unframed(came, target.findings)
        sample = _sample(lines)
    if declared == PASTED and _are_lines(sample[1:]):
        delimiter = NEVER
    target.delimiter = declared or delimiter
    dialect = find_dialect(sample[1 if declared else 0 :], delimiter)
    _note_quotes(dialect, target.findings)
    whole, limit = itertools.chain(sample, lines), target.limits.max_field_characters
    rows = _with_bars(Records(whole, dialect, limit, target.findings), delimiter)
    if declared:
        next(rows, None)
    head = list(itertools.islice(rows, min(SAMPLE_LINES, len(sample))))
    if not head:
        raise DatasetError("file_empty")
    if declared == PASTED:
        _begin_pasted(head, target)
    else:
        _Head(head, dialect, target).begin()
    _copy(itertools.chain(head, rows), target, size=path.stat().st_size)


def _begun(lines: Iterator[str], findings: Findings) -> tuple[list[str], Iterator[str]]:
    """Return the first lines and the others, without the pair of quotes that each may stand in."""
    sample = _sample(lines)
    if not are_wrapped(sample):
        return sample, lines
    findings.note("rows_quoted", level="info")
    lines = unwrapped(itertools.chain(sample, lines))
    return _sample(lines), lines


def _note_quotes(dialect: Dialect, findings: Findings) -> None:
    if dialect.is_escaped:
        findings.note("quotes_escaped", level="info")
    if dialect.quote != DOUBLE:
        pair = f"{dialect.quote}…{CLOSING[dialect.quote]}"
        findings.note("quotes_single", level="info", marks=pair)


def _begin_pasted(head: list[Row], target: Target) -> None:
    names = head[0][1]
    names += [""] * (max(len(row) for _, row in head) - len(names))
    if _is_row(names, [row for _, row in head[1:]], is_pasted=True):
        target.start([""] * len(names))
    else:
        target.start(names)
        del head[0]


class _Head:
    """The first rows of a file: finds the names, and takes away what is no row of the table."""

    def __init__(self, rows: list[Row], dialect: Dialect, target: Target) -> None:
        self._rows = rows
        self._width = usual_width([row for _, row in rows]) if dialect.width < 2 else dialect.width
        self._target = target

    def begin(self) -> None:
        """Start the table; only its rows are left.

        Raises:
            DatasetError: `header_row_empty`, or as of the target.
        """
        asked = self._target.asked.header_row
        if asked:
            self._take_names(asked)
        elif self._is_titled():
            self._take_names(self._guessed())
        elif _is_row(self._rows[0][1], [row for _, row in self._rows[1:]], is_pasted=False):
            self._start_without(self._rows[0][0])
        else:
            self._target.names_line, names = self._rows.pop(0)
            self._start(names)

    def _is_titled(self) -> bool:
        """Tell a first line that is no part of the table: a title, a note, a comment."""
        first = self._rows[0][1]
        if self._width < 2:
            return False
        filled = sum(bool(cell.strip()) for cell in first)
        is_short = len(first) < self._width - 1 or filled < FULL_SHARE * self._width
        return is_short or first[0].startswith(COMMENT) or len(first) > self._width

    def _guessed(self) -> int:
        """Return the line that names the columns."""
        plain = [row for row in self._rows if not row[1][0].startswith(COMMENT)]
        found = guess_header([HeadRow(line, cells) for line, cells in plain])
        comments = [row for row in self._rows if row[1][0].startswith(COMMENT)]
        if found == NO_HEADER and comments and len(comments[-1][1]) == self._width:
            return comments[-1][0]
        return found

    def _take_names(self, line: int) -> None:
        if line == NO_HEADER:
            first = next((n for n, row in self._rows if len(row) == self._width), self._rows[0][0])
            self._start_without(first)
            return
        place = next((i for i, (n, _) in enumerate(self._rows) if n == line), None)
        if place is None:
            raise DatasetError("header_row_empty", row=line)
        names = self._rows[place][1]
        self._target.names_line = line
        del self._rows[: place + 1]
        if line > 1:
            self._target.findings.note("header_row", level="info", row=line)
        self._start([names[0].lstrip(f"{COMMENT} "), *names[1:]])

    def _start_without(self, first: int) -> None:
        """Start a table without names at a line."""
        self._rows[:] = [row for row in self._rows if row[0] >= first]
        if self._target.asked.header_row != NO_HEADER:
            self._target.findings.note("header_missing")
        self._target.start([""] * max(self._width, len(self._rows[0][1])))

    def _start(self, names: list[str]) -> None:
        below = [row for _, row in self._rows]
        if len(names) == self._width - 1 and all(len(row) == self._width for row in below):
            is_padded = not any(row[-1].strip() for row in below)  # by delimiters that trail
            # else the first column numbers the rows and has no name
            names = [*names, ""] if is_padded else ["", *names]
        names = names[: self._width] if not any(names[self._width :]) else names
        more = more_names(names, below)
        if more:
            self._target.findings.note("header_more", count=more, row=self._rows[0][0])
            del self._rows[:more]
        self._target.start(names)


def _is_printed(sample: Sequence[str]) -> bool:
    """Tell a table that was printed with bars, as Markdown and databases do."""
    return any(PIPE in line for line in sample[:3]) and any(map(DRAWN.fullmatch, sample[:3]))


def _unframed(lines: Iterator[str], findings: Findings) -> Iterator[str]:
    """Yield lines without the bars around them, rulers as empty lines so that the others keep their number."""
    is_framed = False
    for number, line in enumerate(lines, 1):
        is_framed = is_framed or line.lstrip().startswith(PIPE)
        if DRAWN.fullmatch(line):
            findings.at("ruler", number)
            yield "\n"
        elif is_framed:
            yield f"{FRAME.sub('', line.rstrip())}\n"
        else:
            yield line


def _with_bars(records: Records, delimiter: str) -> Iterator[Row]:
    """Return the rows, with the bars within cells that were no delimiters."""
    if delimiter != PIPE:
        return iter(records)
    return ((line, [cell.replace(WITHIN, PIPE) for cell in cells]) for line, cells in records)


def _are_lines(sample: Sequence[str]) -> bool:
    """Tell lines of text, in which a tab is a slip, from columns that tabs part."""
    rows = rows_of(sample, Dialect(PASTED))
    return sum(len(row) > 1 for row in rows) < 0.5 * len(rows)


def _copy(rows: Iterator[Row], target: Target, *, size: int) -> None:
    width, characters, is_ruled = len(target.columns), 0, False
    for line, values in rows:
        if len(values) != width:
            is_ruled = is_ruled or bool(CLOSED.fullmatch(values[0]))
            is_below = is_ruled and len(values) < width  # sums and who wrote them out
            if (len(values) == 1 or is_below) and width > 2:  # a note below the table
                target.findings.at("lines_outside", line)
                continue
            target.findings.at("rows_ragged", line)
            if any(value.strip() for value in values[width:]):
                continue
            values = (values + [""] * width)[:width]
        if any(value.startswith(FORMULA) for value in values):
            values = [of_formula(value) for value in values]
        target.add(values, line)
        if target.rows % PROGRESS_ROWS == 0:
            characters += PROGRESS_ROWS * sum(map(len, values))
            target.progress(min(0.95, characters / max(1, size)))
        if target.is_full:
            return


def _sample(lines: Iterator[str]) -> list[str]:
    sample, characters = [], 0
    for line in itertools.islice(lines, SAMPLE_LINES):
        sample.append(line)
        characters += len(line)
        if characters > SAMPLE_CHARACTERS:
            break
    return sample


def _declared(sample: Sequence[str]) -> str:
    """Return the delimiter that Excel's own first line `sep=;` names."""
    match = re.match(r"\"?sep=(.)\"?\s*$", sample[0] if sample else "", re.IGNORECASE)
    return match.group(1) if match and match.group(1) in DELIMITERS else ""


def _sniff(sample: Sequence[str]) -> str:
    """Return the delimiter that parts most lines into as many fields, the first one too."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        rows = rows_of(sample, Dialect(delimiter, quote=quote_of(sample, delimiter)))
        width = usual_width(rows)
        if width < 2:
            continue
        score = sum(len(row) == width for row in rows) / len(rows)
        first = len(rows[0])
        score += (
            FIRST_LINE * (first == width)
            + PARTS_FIRST * (first > 1)
            + HARDLY_IN_TEXT * (delimiter in PLAIN)
        )
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best if best_score else next((mark for mark in RARE if _parts_all(sample, mark)), best)


def _parts_all(sample: Sequence[str], mark: str) -> bool:
    """Tell a rare delimiter that parts every line into as many fields, below names that such columns have."""
    rows = rows_of(sample, Dialect(mark))
    is_even = len(rows) > 1 and len(rows[0]) > 1 and len(set(map(len, rows))) == 1
    return is_even and sum(map(is_sure_name, rows[0])) > 1


def _is_row(header: Sequence[str], rows: Sequence[Sequence[str]], *, is_pasted: bool) -> bool:
    """Tell a first line that is a row and not the names of the columns."""
    fitting = [row for row in rows if len(row) == len(header)]
    if is_pasted:
        return not names_pasted(header, fitting)
    if len(header) == 1:
        return not names_one_column(header[0], [row[0] for row in fitting])
    return is_first_row(header, fitting)


READER = Reader(
    name="csv",
    order=99,
    endings=(".csv", ".tsv", ".txt", ".tab"),
    claims=lambda head, path: True,  # noqa: ARG005  (whatever is text and nothing else)
    read=_read,
)
