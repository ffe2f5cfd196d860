"""Places of a text that was cleaned: where each letter of it has gone, and where words stand; it opens no file."""

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein


def kept_places(cell: str, text: str) -> NDArray[np.int64]:
    """Return (letters of the cell,) the place of each in the text that cleaning made of it, -1 where it was taken away."""
    places = np.full(len(cell), -1, np.int64)
    if (at := cell.find(text)) >= 0:  # only blanks around it are gone
        places[at : at + len(text)] = np.arange(len(text))
        return places
    for step in Levenshtein.opcodes(cell, text):
        if step.tag in ("equal", "replace"):
            length = step.src_end - step.src_start
            places[step.src_start : step.src_end] = np.arange(length) + step.dest_start
    return places


def kept_span(places: NDArray[np.int64], text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where a part of the cell stands in the text, without blanks around it; None where it is gone."""
    at = places[start:end]
    kept = at[at >= 0]
    if not len(kept):
        return None
    low, high = int(kept.min()), int(kept.max()) + 1
    trimmed = text[low:high].strip()
    if not trimmed:
        return None
    low += len(text[low:high]) - len(text[low:high].lstrip())
    return low, low + len(trimmed)


def occurrences(text: str, words: str) -> list[int]:
    """Return every place where words begin in a text."""
    places, at = [], text.find(words)
    while at >= 0:
        places.append(at)
        at = text.find(words, at + 1)
    return places
