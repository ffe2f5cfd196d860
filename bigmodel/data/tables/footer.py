"""Rows that are none of a table: sums and notes below it, rulers between names and rows; it drops none."""

import re
from collections.abc import Sequence

from bigmodel.data.tables.header import is_amount

TOTAL = re.compile(
    r"(grand |sub)?totals?|sum|合\s*计|总\s*计|小\s*计|共\s*计|汇总|总和|(overall )?(average|mean)|平均(值|数)?|均值",
    re.IGNORECASE,
)
AMOUNT = r"[(\[]?\s*\d[\d,.]*\s*"
ONE_CELL = re.compile(
    rf"(?:{TOTAL.pattern})(?: (?:rows|records|count))?\s*[:：=]\s*{AMOUNT}\S{{0,3}}"
    rf"|{AMOUNT}(?:rows?|records?)(?: affected| selected| in set.*)?\s*[)\]]?|共\s*{AMOUNT}[行条个]\S{{0,3}}",
    re.IGNORECASE,
)
MOST = 3  # such rows below one another
MOST_NOTES = 5  # lines below them
RULER = re.compile(r":?-{3,}:?|:-+:?|-+:|={3,}|[─━═]{2,}")
LOOKED_AT = 200  # rows above
FEW = 0.2  # share of amounts in a column of something else


def is_total(cells: Sequence[str]) -> bool:
    """Tell a row that adds up others: it says so in one of its first cells, and holds amounts or nothing else."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    says = [cell for cell in filled[:2] if TOTAL.fullmatch(cell.rstrip(":："))]
    return bool(says) and all(cell in says or is_amount(cell) for cell in filled)


def is_ruler(cells: Sequence[str]) -> bool:
    """Tell a row that is only drawn: `---`, `:--:` or `===` in each cell that holds something."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(map(RULER.fullmatch, filled))


def find_footer(rows: Sequence[Sequence[str]]) -> list[bool]:
    """Return for each of the last rows that are a footer, from below, whether it adds up others.

    A word such as *total* may be a row like any other, as in a list of words: an amount beside it has to be
    out of place in its column, or larger than all above it. A row of one cell is a note only below a sum.
    """
    notes = 0
    while notes < min(MOST_NOTES, len(rows) - 1) and _is_note(rows[-1 - notes]):
        notes += 1
    for below in range(notes + 1):
        if sums := _sums(rows[: len(rows) - below]):
            return [False] * below + [True] * sums
    return []


def _is_note(row: Sequence[str]) -> bool:
    return len(row) > 1 and sum(bool(cell.strip()) for cell in row) == 1


def _sums(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of the last rows add up or count others."""
    count = 0
    while count < MOST and count < len(rows) - 1:
        above = rows[max(0, len(rows) - count - 1 - LOOKED_AT) : len(rows) - count - 1]
        if not _is_footer(rows[-1 - count], above):
            break
        count += 1
    return count


def _is_footer(row: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    if len(filled) == 1 and ONE_CELL.fullmatch(filled[0]):
        return not any(ONE_CELL.fullmatch(cell.strip()) for each in above for cell in each)
    if not is_total(row):
        return False
    return any(
        is_amount(cell.strip()) and _is_foreign(cell.strip(), [each[at].strip() for each in above])
        for at, cell in enumerate(row)
    )


def _is_foreign(cell: str, above: Sequence[str]) -> bool:
    """Tell an amount that does not belong to the column above it, or adds it up."""
    amounts = [each for each in above if is_amount(each)]
    if len(amounts) <= FEW * len(above):
        return True
    value, known = _value(cell), [_value(each) for each in amounts]
    return value is not None and all(each is not None and value > each for each in known)


def _value(cell: str) -> float | None:
    try:
        return float(re.sub(r"[^\d.\-]", "", cell))
    except ValueError:
        return None
