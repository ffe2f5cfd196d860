"""Cells that are parted by something else than one usual mark: marks of several signs, and blanks between quoted cells."""

import re
from collections import Counter
from collections.abc import Sequence

TAB, BLANK = "\t", " "
LONG = ("_!_", "|||", "||", "::", "@@@", "###", "$$$", "<sep>", "[SEP]")
FEWEST = 5  # lines that tell
EVEN = 0.98  # of the lines hold a mark as often
PADDING = re.compile(r"\t *(?=[,;|])")
QUOTED = re.compile(r"\"[^\"]*\"(?: (?:\"[^\"]*\"|[-+\w.]+))+")  # as R writes rows


def long_mark(lines: Sequence[str]) -> str:
    """Return the mark of several signs that parts all lines into as many cells ("_!_"), "" where none does."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < FEWEST or any(TAB in line for line in filled):
        return ""
    return next((mark for mark in LONG if _parts_evenly(mark, filled)), "")


def _parts_evenly(mark: str, lines: Sequence[str]) -> bool:
    [(count, often)] = Counter(line.count(mark) for line in lines).most_common(1)
    return count > 0 and often >= EVEN * len(lines)


def are_padded(lines: Sequence[str]) -> bool:
    """Tell lines whose tabs only pad cells that something else parts, as Alipay writes its numbers."""
    tabs = [line for line in lines if TAB in line]
    return len(tabs) >= FEWEST and not any(TAB in PADDING.sub("", line) for line in tabs)


def are_blank_parted(lines: Sequence[str]) -> bool:
    """Tell lines of quoted cells with one blank between them."""
    filled = [line.strip() for line in lines if line.strip()]
    return len(filled) >= FEWEST and all(map(QUOTED.fullmatch, filled))
