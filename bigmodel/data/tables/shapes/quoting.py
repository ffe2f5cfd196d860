"""Which mark a file quotes its cells with, and the cells of a line that other marks than the usual enclose; it opens no file."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence

from bigmodel.data.tables.label import PRINTED

DOUBLE, SINGLE = '"', "'"
FORMULA = '="'  # begins a cell that Excel was told to take as text: ="007"
WRAPPED_SHARE = 0.95  # of the lines stand in one pair of quotes
CLOSING = {SINGLE: SINGLE, **PRINTED}  # by what opens
QUOTED_SHARE = 0.5  # of the lines have a cell in single quotes
TYPED_SHARE = 0.9  # of the lines have one in marks as they are printed, which a text may well begin and end with
EVEN_SHARE = 0.8  # of them have as many cells, parted so
DOUBLE_SHARE = 0.1  # of the lines, at most, that begin a cell with the usual mark


def quote_of(sample: Sequence[str], delimiter: str) -> str:
    """Return what opens quoted cells: another mark than the usual one where most lines have cells that it encloses."""
    lines = [line for line in sample[1:] if line.strip()]
    usual = sum(line.startswith(DOUBLE) or delimiter + DOUBLE in line for line in lines)
    if usual > DOUBLE_SHARE * len(lines):
        return DOUBLE
    whole = "".join(lines)
    return next(
        (mark for mark in CLOSING if mark in whole and _quotes(lines, delimiter, mark)), DOUBLE
    )


def of_formula(cell: str) -> str:
    """Return the text that a formula for Excel holds (`="007"`), any other cell as it is."""
    is_text = cell.startswith(FORMULA) and cell.endswith(DOUBLE) and len(cell) > len(FORMULA)
    return cell[len(FORMULA) : -1].replace('""', DOUBLE) if is_text else cell


def are_wrapped(sample: Sequence[str]) -> bool:
    """Tell rows that each stand in one pair of quotes, with the cells and their own quotes inside."""
    lines = [line.strip() for line in sample if line.strip()]
    inside = [text for line in lines if (text := _wrapped(line)) is not None]
    if len(lines) < 2 or len(inside) < WRAPPED_SHARE * len(lines) or _wrapped(lines[0]) is None:
        return False
    rows = list(csv.reader(inside))
    width = Counter(map(len, rows)).most_common(1)[0]
    return width[0] > 1 and width[0] == len(rows[0]) and width[1] >= WRAPPED_SHARE * len(rows)


def unwrapped(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines without the pair of quotes around them."""
    for line in lines:
        inside = _wrapped(line.strip())
        yield line if inside is None else f"{inside}\n"


def _wrapped(line: str) -> str | None:
    """Return what one pair of quotes around a whole line holds, None where there is no such pair."""
    inside = line[1:-1]
    is_one = len(line) > 1 and line[0] == line[-1] == DOUBLE
    return (
        inside.replace('""', DOUBLE) if is_one and DOUBLE not in inside.replace('""', "") else None
    )


def _quotes(lines: Sequence[str], delimiter: str, mark: str) -> bool:
    """Tell whether most lines have cells that a mark encloses, and as many of them."""
    quoted = [line for line in lines if _has_quoted(line, delimiter, mark)]
    if len(quoted) < (QUOTED_SHARE if mark == SINGLE else TYPED_SHARE) * len(lines):
        return False
    widths = Counter(len(parted(line, delimiter, mark)) for line in quoted)
    width, count = widths.most_common(1)[0]
    return width > 1 and count >= EVEN_SHARE * len(quoted)


def parted(line: str, delimiter: str, mark: str = SINGLE) -> list[str]:
    """Return the cells of a line. A quote closes its cell where a delimiter or the end follows; `''` and `\\'` stand for one."""
    text, cells, at = line.rstrip("\r\n"), [], 0
    while True:
        start = _first_filled(text, at)
        is_open = text[start : start + 1] == mark
        end = _closing(text, start + 1, delimiter, CLOSING[mark]) if is_open else -1
        after = text.find(delimiter, max(end, at))
        if end >= 0:
            cell = text[start + 1 : end]
            is_single = mark == SINGLE
            cells.append(cell.replace("\\'", SINGLE).replace("''", SINGLE) if is_single else cell)
        else:
            cells.append(text[at:] if after < 0 else text[at:after])
        if after < 0:
            return cells
        at = after + len(delimiter)


def _has_quoted(line: str, delimiter: str, mark: str) -> bool:
    """Tell whether a cell of a line stands in such quotes."""
    text, at = line.rstrip("\r\n"), 0
    while at >= 0:
        start = _first_filled(text, at)
        is_open = text[start : start + 1] == mark
        if is_open and _closing(text, start + 1, delimiter, CLOSING[mark]) >= 0:
            return True
        after = text.find(delimiter, at)
        at = after + len(delimiter) if after >= 0 else -1
    return False


def _first_filled(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


def _closing(text: str, at: int, delimiter: str, mark: str) -> int:
    """Return where the quote stands that closes a cell, -1 where none does."""
    while (at := text.find(mark, at)) >= 0:
        rest = _first_filled(text, at + 1)
        if text[at - 1] == "\\":
            at += 1
        elif mark == SINGLE and text[at + 1 : at + 2] == SINGLE:
            at += 2
        elif rest >= len(text) or text.startswith(delimiter, rest):
            return at
        else:
            at += 1
    return -1
