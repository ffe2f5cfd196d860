"""Delimited text (comma, semicolon, tab, pipe): one bad line may cost itself, and must never swallow its neighbours."""

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.header import comes_again, names_one_column, names_pasted
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Findings, Target

DELIMITERS = (",", ";", "\t", "|")
PASTED = "\t"  # the delimiter that only what was pasted declares
NEVER = "\x1f"  # a delimiter that no text holds: each line is one cell
SAMPLE_LINES = 200
SAMPLE_CHARACTERS = 400_000
MAX_OPEN_QUOTES = 100  # after so many, a quote no longer may span lines
PROGRESS_ROWS = 20_000
FIELD_CEILING = 2**30


class Records:
    """The records of delimited lines, each with the number of its first line.

    Lines without a quote are split directly. A quoted field may span lines; one that never closes is
    reported by its line, that line is taken as it stands, and reading goes on with the next.
    """

    def __init__(
        self, lines: Iterator[str], delimiter: str, max_characters: int, findings: Findings
    ) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._max_characters = max_characters
        self._findings = findings
        self._waiting: deque[str] = deque()
        self._open_quotes = 0
        self.line = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        while (line := self._next()) is not None:
            start = self.line
            if not line.strip():
                continue
            if '"' in line:
                yield start, self._quoted(line)
            else:
                yield start, line.rstrip("\n").split(self._delimiter)

    def _next(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if line is not None:
            self.line += 1
        return line

    def _quoted(self, line: str) -> list[str]:
        start, taken = self.line, [line]
        try:
            return next(csv.reader(self._feed(taken), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
        self.line = start
        self._waiting.extendleft(reversed(taken[1:]))
        if len(taken) == 1 and not is_open:  # a stray quote after a closed one: no harm
            return next(csv.reader([line], delimiter=self._delimiter))
        self._open_quotes += 1
        self._findings.at("quote_open", start)
        return next(csv.reader([line], delimiter=self._delimiter, quoting=csv.QUOTE_NONE))

    def _feed(self, taken: list[str]) -> Iterator[str]:
        yield taken[0]
        characters = len(taken[0])
        while self._open_quotes < MAX_OPEN_QUOTES and characters <= self._max_characters:
            line = self._next()
            if line is None:
                return
            taken.append(line)
            characters += len(line)
            yield line


def _read(path: Path, target: Target) -> None:
    csv.field_size_limit(FIELD_CEILING)
    encoding = find_encoding(path)
    target.encoding = encoding.name
    lines = read_lines(path, encoding, target.findings)
    sample = _sample(lines)
    declared = _declared(sample)
    delimiter = declared or _sniff(sample)
    if declared == PASTED and _are_lines(sample[1:]):
        delimiter = NEVER
    target.delimiter = declared or delimiter
    records = Records(
        itertools.chain(sample, lines),
        delimiter,
        target.limits.max_field_characters,
        target.findings,
    )
    rows = iter(records)
    if declared:
        next(rows, None)
    line, header = next(rows, (0, []))
    below = _rows(sample, delimiter)[2 if declared else 1 :]
    if declared == PASTED:
        header += [""] * (max(map(len, below), default=0) - len(header))
    first = _begin(header, below, target, is_pasted=declared == PASTED)
    if first is not None:
        target.add(first, line)
    _copy(rows, target, size=path.stat().st_size)


def _are_lines(sample: Sequence[str]) -> bool:
    """Tell lines of text, in which a tab is a slip, from columns that tabs part."""
    rows = _rows(sample, PASTED)
    return sum(len(row) > 1 for row in rows) < 0.5 * len(rows)


def _copy(rows: Iterator[tuple[int, list[str]]], target: Target, *, size: int) -> None:
    width, characters = len(target.columns), 0
    for line, values in rows:
        if len(values) != width:
            target.findings.at("rows_ragged", line)
            if any(value.strip() for value in values[width:]):
                continue
            values = (values + [""] * width)[:width]
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
    """Return the delimiter under which most lines have as many fields as the first one."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _rows(sample, delimiter)]
        if not widths or widths[0] < 2:
            continue
        score = sum(width == widths[0] for width in widths) / len(widths)
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best


def _rows(sample: Sequence[str], delimiter: str) -> list[list[str]]:
    return [row for _, row in Records(iter(sample), delimiter, SAMPLE_CHARACTERS, Findings())]


def _begin(
    header: list[str], below: Sequence[Sequence[str]], target: Target, *, is_pasted: bool
) -> list[str] | None:
    """Start the table; return the first line when it is no header but a row."""
    if not header:
        raise DatasetError("file_empty")
    if not _is_row(header, below, is_pasted=is_pasted):
        target.start(header)
        return None
    if not is_pasted:
        target.findings.note("header_missing")
    target.start([""] * len(header))
    return header


def _is_row(header: Sequence[str], rows: Sequence[Sequence[str]], *, is_pasted: bool) -> bool:
    """Tell a first line that is a row and not the names of the columns."""
    fitting = [row for row in rows if len(row) == len(header)]
    if is_pasted:
        return not names_pasted(header, fitting)
    if len(header) == 1:
        return not names_one_column(header[0], [row[0] for row in fitting])
    return comes_again(header, fitting)


READER = Reader(
    name="csv",
    order=99,
    endings=(".csv", ".tsv", ".txt", ".tab"),
    claims=lambda head, path: True,  # noqa: ARG005  (whatever is text and nothing else)
    read=_read,
)
