"""Texts as windows of sub-word pieces, and scores of pieces back to marks; it knows no network and learns nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.text.tagging.decode import Floats, tagged, viterbi
from bigmodel.training.text.tagging.parts import Place, places_of

Ids = NDArray[np.int64]
OVERLAP = 4  # a quarter of a window is read in the next one as well
CHUNK = 512


@dataclass(frozen=True)
class Window:
    """Part of a text as a network reads it: `ids` with special tokens, of which `inside` are pieces of the text.

    `first` is the place of the first of them among all pieces of the text.
    """

    row: int
    ids: Ids
    inside: Ids
    first: int


@dataclass
class Pieces:
    """Texts in windows, and where each piece of each text stands."""

    texts: Sequence[str]
    windows: list[Window] = field(default_factory=list)
    places: list[list[Place]] = field(default_factory=list)

    def units(self, row: int) -> list[tuple[int, int]]:
        """Return the runs of pieces, from and to, that are one word: they are tagged as one."""
        parts = places_of(self.texts[row])
        of, at = [], 0
        for start, _ in self.places[row]:
            while at + 1 < len(parts) and parts[at + 1][0] <= start:
                at += 1
            of.append(at)
        begins = [i for i in range(len(of)) if not i or of[i] != of[i - 1]]
        return list(zip(begins, [*begins[1:], len(of)], strict=True)) if begins else []

    def unit_places(self, row: int) -> list[Place]:
        """Return where each word of a text stands."""
        places = self.places[row]
        return [(places[first][0], places[last - 1][1]) for first, last in self.units(row)]

    def merged(self, scores: Sequence[Floats], tags: int) -> list[Floats]:
        """Return the scores of the pieces of each text, (pieces, tags); where windows overlap, of the nearer middle."""
        rows = [np.zeros((len(places), tags)) for places in self.places]
        filled = [0] * len(rows)
        for window, found in zip(self.windows, scores, strict=True):
            shared = filled[window.row] - window.first
            skip = (shared + 1) // 2 if shared > 0 else 0
            mine = found[window.inside][skip:]
            start = window.first + skip
            rows[window.row][start : start + len(mine)] = mine
            filled[window.row] = window.first + len(window.inside)
        return rows


def read(tokenizer: Any, texts: Sequence[str], most: int) -> Pieces:
    """Read texts in windows of at most so many tokens; a fast tokenizer of Transformers says where pieces stand."""
    found = Pieces(texts)
    for start in range(0, len(texts), CHUNK):
        told = tokenizer(
            list(texts[start : start + CHUNK]),
            truncation=True,
            max_length=most,
            stride=max(0, most // OVERLAP),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            return_token_type_ids=False,
        )
        for number, row in enumerate(told["overflow_to_sample_mapping"]):
            _take(found, start + row, *(told[key][number] for key in KEYS), overlap=most // OVERLAP)
    return found


KEYS = ("input_ids", "special_tokens_mask", "offset_mapping")


def _take(
    found: Pieces,
    row: int,
    ids: Sequence[int],
    special: Sequence[int],
    offsets: Sequence[Place],
    *,
    overlap: int,
) -> None:
    """Add a window and the pieces that no window before it held."""
    inside = np.flatnonzero(np.asarray(special) == 0)
    is_next = row < len(found.places)
    if not is_next:
        found.places.append([])
    places = found.places[row]
    shared = min(overlap, len(places)) if is_next else 0
    first = len(places) - shared
    text = found.texts[row]
    places += [_trimmed(text, *offsets[at]) for at in inside.tolist()[shared:]]
    found.windows.append(Window(row, np.asarray(ids, np.int64), inside, first))


def _trimmed(text: str, start: int, end: int) -> Place:
    """Return where a piece stands without the blanks that tokenizers count to it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def marks(
    pieces: Pieces, row: int, scores: Floats, tags: Sequence[str], moves: Floats
) -> list[tuple[int, int, str, float]]:
    """Return the marks of a text from the log probabilities of its pieces: from, to, kind and certainty."""
    firsts = [first for first, _ in pieces.units(row)]
    if not firsts:
        return []
    chosen = scores[firsts]
    path = viterbi(chosen, moves)
    found = tagged(tags, pieces.unit_places(row), path, np.exp(chosen))
    return [mark for mark in found if mark[0] < mark[1]]


def log_softmax(raw: Floats) -> Floats:
    """Return logits as log probabilities, the last axis being tags."""
    top = raw - raw.max(axis=-1, keepdims=True)
    result: Floats = top - np.log(np.exp(top).sum(axis=-1, keepdims=True))
    return result
