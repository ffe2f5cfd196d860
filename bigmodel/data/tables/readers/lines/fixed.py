"""Tables whose columns stand below each other, parted by blanks alone (fixed width), as printers and statistics programs write them.

A cell is never cut in two: a line in which one runs across the edge of a column is left out and counted.
"""

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.header import is_amount, is_first_row
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Findings, Target

SEEN_LINES = 200
LEAST_LINES = 6
DELIMITERS = ("\t", "|", ";")
GAP = re.compile(r"\S {2,}\S")
GAPS_SHARE = 0.5  # of the lines have several blanks somewhere
LEFT_SHARE = 0.8  # of the lines have something at the left edge of a column of words
EVEN_SHARE = 0.9  # of the lines have as many commas as the first, where commas part them
LONGEST_NAME = 40
PROGRESS_ROWS = 20_000

Edges = list[tuple[int, int | None]]  # where each column begins and ends


def find_edges(lines: Sequence[str]) -> Edges:
    """Return where the columns begin and end: between them all lines are blank. None where there is but one.

    What is blank within one column by chance has no name above it, and belongs to the name whose side the cells keep to.
    """
    filled = [line.rstrip() for line in lines if line.strip()]
    if len(filled) < LEAST_LINES or any(mark in line for line in filled for mark in DELIMITERS):
        return []
    if _has_commas_between(filled):
        return []
    if sum(bool(GAP.search(line)) for line in filled) < GAPS_SHARE * len(filled):
        return []
    runs = _runs(filled)
    names, *rows = [[line[start:end].strip() for start, end in runs] for line in filled]
    starts = [runs[0][0]]
    is_index = all(is_amount(row[0]) for row in rows)
    is_free = not names[0] and not is_index  # what has no name waits for the next one
    for at in range(1, len(runs)):
        is_named = bool(names[at]) and any(row[at] for row in rows)
        if not is_named and not is_free:
            is_free = not _keeps_left(filled[1:], starts[-1])
            starts += [runs[at][0]] if is_free else []
        elif is_named:
            starts += [] if is_free else [runs[at][0]]
            is_free = False
    edges: Edges = list(zip(starts, [*starts[1:], None], strict=True))
    heads = cells_of(filled[0], edges)
    is_even = all(name and len(name) <= LONGEST_NAME for name in heads[1:])
    return edges if len(edges) > 1 and heads and is_even else []


def _has_commas_between(lines: Sequence[str]) -> bool:
    """Tell lines that commas part and blanks only align: the first, and nearly all others, have as many."""
    counts = [line.count(",") for line in lines]
    return counts[0] > 0 and counts.count(counts[0]) >= EVEN_SHARE * len(counts)


def _runs(lines: Sequence[str]) -> Edges:
    """Return where something stands in some line, parted by what is blank in all."""
    width = max(map(len, lines))
    is_blank = [all(line[at : at + 1] in ("", " ") for line in lines) for at in range(width)]
    starts = [at for at in range(width) if not is_blank[at] and (at == 0 or is_blank[at - 1])]
    return list(zip(starts, [*starts[1:], None], strict=True))


def _keeps_left(lines: Sequence[str], start: int) -> bool:
    return sum(bool(line[start : start + 1].strip()) for line in lines) >= LEFT_SHARE * len(lines)


def cells_of(line: str, edges: Edges) -> list[str]:
    """Return the cells of a line, none where one runs across an edge."""
    if any(start and line[start - 1 : start].strip() for start, _ in edges):
        return []
    return [line[start:end].strip() for start, end in edges]


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    if encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    edges = find_edges(_head(path))
    rows: list[list[str]] = [cells_of(line.rstrip(), edges) for line in _head(path) if line.strip()]
    target.findings.note("fixed_width", count=len(edges))
    has_names = not is_first_row(rows[0], rows[1:])
    if not has_names:
        target.findings.note("header_missing")
    target.start(rows[0] if has_names else [""] * len(edges))
    size, characters = max(1, path.stat().st_size), 0
    for number, line in enumerate(read_lines(path, encoding, target.findings), 1):
        characters += len(line)
        if not line.strip():
            continue
        cells = cells_of(line.rstrip(), edges)
        if has_names:
            has_names, target.names_line = False, number
        elif not cells:
            target.findings.at("fixed_torn", number)
        else:
            target.add(cells, number)
        if number % PROGRESS_ROWS == 0:
            target.progress(min(0.95, characters / size))
        if target.is_full:
            return


def _head(path: Path) -> list[str]:
    return list(islice(read_lines(path, find_encoding(path), Findings()), SEEN_LINES))


def _claims(head: bytes, path: Path) -> bool:
    return b"  " in head and bool(find_edges(_head(path)))


READER = Reader(
    name="fixed",
    order=97,
    endings=(".txt", ".dat", ".prn", ".asc", ".csv"),
    claims=_claims,
    read=_read,
)
