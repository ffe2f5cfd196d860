"""From delimited lines to records: one bad line may cost itself, and must never swallow its neighbours."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bigmodel.data.tables.shapes.quoting import DOUBLE, parted, quote_of
from bigmodel.data.tables.shapes.surplus import Surplus, text_place
from bigmodel.data.tables.table import Findings

MAX_OPEN_QUOTES = 100  # after so many, a quote no longer may span lines
SAMPLE_CHARACTERS = 400_000
ESCAPED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
PLAIN = ("\t", "|")  # delimiters that hardly any text holds
RECURRING = 2  # times a value comes in its column to tell a record by it


@dataclass(frozen=True)
class Dialect:
    """How lines are parted. `width` is how many fields most have, `recurring` what comes again in each column.

    `surplus` says which column fields beyond the width belong to, because its delimiters stand in no quotes.
    """

    delimiter: str
    width: int = 0
    is_escaped: bool = False  # a quotation mark inside quotes is written \\"
    recurring: tuple[frozenset[str], ...] = field(default=(), repr=False)
    quote: str = DOUBLE
    surplus: Surplus | None = None


def find_dialect(sample: Sequence[str], delimiter: str) -> Dialect:
    """Return how lines are parted by a delimiter."""
    quote = quote_of(sample, delimiter)
    rows = rows_of(sample, Dialect(delimiter, quote=quote))
    is_escaped = quote == DOUBLE and any('\\"' in line for line in sample)
    if is_escaped:
        unescaped = rows_of(sample, Dialect(delimiter, is_escaped=True))
        is_escaped = _even_share(unescaped) >= _even_share(rows)
        rows = unescaped if is_escaped else rows
    if (found := text_place(rows)) is not None:
        return Dialect(delimiter, found.width, is_escaped, quote=quote, surplus=found)
    plain = [line.rstrip("\n").split(delimiter) for line in sample if quote not in line]
    width = usual_width(plain if len(plain) > len(sample) / 2 else rows)
    fitting = [row for row in plain if len(row) == width] if width > 1 else []
    recurring = tuple(
        frozenset(value for value, count in Counter(cells).items() if value and count >= RECURRING)
        for cells in zip(*fitting, strict=True)
    )
    return Dialect(delimiter, width, is_escaped, recurring, quote)


def rows_of(sample: Sequence[str], dialect: Dialect) -> list[list[str]]:
    """Return the records of some lines."""
    return [row for _, row in Records(iter(sample), dialect, SAMPLE_CHARACTERS, Findings())]


def usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Return how many fields most rows have; of those that are as common, the most fields."""
    widths = Counter(map(len, rows))
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _even_share(rows: Sequence[Sequence[str]]) -> float:
    width = usual_width(rows)
    return sum(len(row) == width for row in rows) / max(1, len(rows))


class Records:
    """The records of delimited lines, each with the number of its first line.

    Lines without a quote are split directly. A quoted field may span lines. One that never closes, or
    whose lines each are a record of their own, is reported by its line; that line is taken as it
    stands, and reading goes on with the next.
    """

    def __init__(
        self, lines: Iterator[str], dialect: Dialect, max_characters: int, findings: Findings
    ) -> None:
        self._lines = lines
        self._dialect = dialect
        self._delimiter = dialect.delimiter
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
            if self._dialect.quote != DOUBLE:
                cells = parted(line, self._delimiter, self._dialect.quote)
            elif DOUBLE in line:
                cells = self._quoted(line)
            else:
                cells = line.rstrip("\n").split(self._delimiter)
            if (surplus := self._dialect.surplus) is not None and surplus.is_over(cells):
                self._findings.at("cells_joined", start)
                cells = surplus.joined(cells, self._delimiter)
            yield start, cells

    def _next(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if line is not None:
            self.line += 1
        return line

    def _quoted(self, line: str) -> list[str]:
        start, taken = self.line, [line]
        is_open, problem = False, ""
        try:
            lines = self._feed(taken)
            read = next(csv.reader(lines, delimiter=self._delimiter, strict=True))
            if len(taken) == 1 or not self._are_records(taken):
                return self._or_split(read, taken)
            problem = "quote_lines"
        except csv.Error as error:
            is_open, problem = "unexpected end" in str(error), "quote_open"
        self.line = start
        self._waiting.extendleft(reversed(taken[1:]))
        if len(taken) == 1 and not is_open:  # a stray quote after a closed one: no harm
            read = next(csv.reader([self._unescaped(line)], delimiter=self._delimiter))
            return self._or_split(read, taken)
        self._open_quotes += 1
        self._findings.at(problem, start)
        return next(csv.reader([line], delimiter=self._delimiter, quoting=csv.QUOTE_NONE))

    def _or_split(self, read: list[str], taken: Sequence[str]) -> list[str]:
        """Return the cells of a line as they stand where quotes that only some texts hold would join them."""
        width = self._dialect.width
        if len(taken) > 1 or self._delimiter not in PLAIN or len(read) == width or width < 2:
            return read
        plain = taken[0].rstrip("\n").split(self._delimiter)
        return plain if len(plain) == width else read

    def _feed(self, taken: list[str]) -> Iterator[str]:
        yield self._unescaped(taken[0])
        characters = len(taken[0])
        while self._open_quotes < MAX_OPEN_QUOTES and characters <= self._max_characters:
            line = self._next()
            if line is None:
                return
            taken.append(line)
            characters += len(line)
            yield self._unescaped(line)

    def _unescaped(self, line: str) -> str:
        return ESCAPED.sub(r'\1""', line) if self._dialect.is_escaped and "\\" in line else line

    def _are_records(self, lines: Sequence[str]) -> bool:
        """Tell lines that a quotation mark joined by mistake: each has all fields, and what comes again in one."""
        width = self._dialect.width
        rows = [line.rstrip("\n").split(self._delimiter) for line in lines]
        if width < 2 or any(len(row) != width for row in rows):
            return False
        if self._delimiter in PLAIN:
            return True
        return all(
            any(value in known for value, known in zip(row, self._dialect.recurring, strict=False))
            for row in rows
        )
