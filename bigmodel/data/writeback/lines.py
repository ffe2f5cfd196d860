"""Delimited text with answers at the end of each line: what was written stays as it was, but for cells that a spreadsheet would run."""

import csv
import io
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bigmodel.data.tables.cell import neutral
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers.csv import FIELD_CEILING, SAMPLE_LINES
from bigmodel.data.tables.records import Records, find_dialect
from bigmodel.data.tables.table import Findings
from bigmodel.data.writeback.order import Order, Rows

PROGRESS_ROWS = 5_000


class Lines:
    """The lines of a file as they came, handed to the reader's own records and remembered until taken."""

    def __init__(self, path: Path) -> None:
        self._lines = read_lines(path, find_encoding(path), Findings(), newline="")
        self._kept: deque[str] = deque()
        self._taken = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._kept.append(line)
            yield line.rstrip("\r\n") + "\n"

    def take(self, until: int) -> str:
        """Return all lines up to a number that were not taken yet."""
        count = max(0, min(until - self._taken, len(self._kept)))
        self._taken += count
        return "".join(self._kept.popleft() for _ in range(count))


def write_lines(order: Order, rows: Rows, progress: Callable[[float], None]) -> None:
    """Write the table of an order in UTF-8 with a mark."""
    csv.field_size_limit(FIELD_CEILING)
    size = max(1, order.source.stat().st_size)
    lines = Lines(order.source)
    sample = read_lines(order.source, find_encoding(order.source), Findings())
    dialect = find_dialect(list(itertools.islice(sample, SAMPLE_LINES)), order.delimiter)
    records = Records(iter(lines), dialect, order.max_characters, Findings())
    with order.out.open("w", encoding="utf-8-sig", errors="replace", newline="") as out:
        width = done = 0
        for number, (line, values) in enumerate(records, 1):
            out.write(lines.take(line - 1))
            written = lines.take(records.line)
            is_above = line < order.header_row or _is_declaration(written, order.delimiter)
            if not width and is_above:
                out.write(written)
                continue
            done += len(written)
            width, is_head = width or len(values), not width and not rows.get(line)
            added = [column.heading for column in order.columns] if is_head else rows.get(line)
            out.write(_longer(written, values, added, width, order.delimiter))
            if number % PROGRESS_ROWS == 0:
                progress(min(0.99, done / size))
        out.write(lines.take(2**62))


def _longer(
    written: str,
    values: Sequence[str],
    added: Sequence[str | float | None] | None,
    width: int,
    delimiter: str,
) -> str:
    """Return a record with cells added behind the width of the table."""
    text = written.rstrip("\r\n")
    end = written[len(text) :]
    if any(value.strip() for value in values[width:]):  # more than the table has: left as it is
        added = None
    kept = values[:width] if added else values
    is_harmless = all(neutral(value) == value for value in values)
    if not is_harmless or len(kept) < len(values) or not _reads_as(text, values, delimiter):
        text = _record([neutral(value) for value in kept], delimiter)
    if added is None:
        return text + end
    cells = _record([neutral("" if value is None else value) for value in added], delimiter)
    return text + delimiter * (1 + width - len(kept)) + cells + end


def _reads_as(text: str, values: Sequence[str], delimiter: str) -> bool:
    """Tell whether other programs find these values in a record, which a quote that never closes prevents."""
    if '"' not in text:
        return True
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        return list(csv.reader(lines, delimiter=delimiter)) == [list(values)]
    except csv.Error:
        return False


def _record(cells: Sequence[str | float], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="").writerow(cells)
    return buffer.getvalue()


def _is_declaration(written: str, delimiter: str) -> bool:
    return written.strip(" \r\n").strip('"').lower() == f"sep={delimiter}"
