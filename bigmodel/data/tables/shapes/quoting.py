"""Which mark a file quotes its cells with, and the cells of a line that single quotes enclose; it opens no file."""

from collections import Counter
from collections.abc import Sequence

DOUBLE, SINGLE = '"', "'"
QUOTED_SHARE = 0.5  # of the lines have a cell in single quotes
EVEN_SHARE = 0.8  # of them have as many cells, parted so
DOUBLE_SHARE = 0.1  # of the lines, at most, that begin a cell with the usual mark


def quote_of(sample: Sequence[str], delimiter: str) -> str:
    """Return the mark that quotes cells: the single one where most lines have cells that it encloses."""
    lines = [line for line in sample[1:] if line.strip()]
    quoted = [line for line in lines if _has_quoted(line, delimiter)]
    if not quoted or len(quoted) < QUOTED_SHARE * len(lines):
        return DOUBLE
    usual = sum(line.startswith(DOUBLE) or delimiter + DOUBLE in line for line in lines)
    widths = Counter(len(parted(line, delimiter)) for line in quoted)
    width, count = widths.most_common(1)[0]
    is_even = width > 1 and count >= EVEN_SHARE * len(quoted)
    return SINGLE if is_even and usual <= DOUBLE_SHARE * len(lines) else DOUBLE


def parted(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line. A quote closes its cell where a delimiter or the end follows; `''` and `\\'` stand for one."""
    text, cells, at = line.rstrip("\r\n"), [], 0
    while True:
        start = _first_filled(text, at)
        end = _closing(text, start + 1, delimiter) if text[start : start + 1] == SINGLE else -1
        after = text.find(delimiter, max(end, at))
        if end >= 0:
            cells.append(text[start + 1 : end].replace("\\'", SINGLE).replace("''", SINGLE))
        else:
            cells.append(text[at:] if after < 0 else text[at:after])
        if after < 0:
            return cells
        at = after + len(delimiter)


def _has_quoted(line: str, delimiter: str) -> bool:
    """Tell whether a cell of a line stands in single quotes."""
    text, at = line.rstrip("\r\n"), 0
    while at >= 0:
        start = _first_filled(text, at)
        if text[start : start + 1] == SINGLE and _closing(text, start + 1, delimiter) >= 0:
            return True
        after = text.find(delimiter, at)
        at = after + len(delimiter) if after >= 0 else -1
    return False


def _first_filled(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


def _closing(text: str, at: int, delimiter: str) -> int:
    """Return where the quote stands that closes a cell, -1 where none does."""
    while (at := text.find(SINGLE, at)) >= 0:
        rest = _first_filled(text, at + 1)
        if text[at - 1] == "\\":
            at += 1
        elif text[at + 1 : at + 2] == SINGLE:
            at += 2
        elif rest >= len(text) or text.startswith(delimiter, rest):
            return at
        else:
            at += 1
    return -1
