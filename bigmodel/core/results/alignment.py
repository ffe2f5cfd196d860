"""How what was heard differs from what was said, part by part; light enough for pages.

A part is a word; a Chinese, Japanese or Korean character is a part of its own, as those scripts write no spaces.
Case, width and punctuation are not compared. The cheapest way from one text to the other is that of
Levenshtein 1966, every insertion, deletion and substitution costing one.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

MOST_PARTS = 2_000  # of a text; a minute of speech has about 200

Kind = Literal["same", "replaced", "missing", "extra"]
KINDS: dict[str, Kind] = {
    "equal": "same",
    "replace": "replaced",
    "delete": "missing",
    "insert": "extra",
}

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_PART = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_IN_WORD = "'’-"  # keep their place within a word


@dataclass(frozen=True)
class Edit:
    """One step from what was said (`truth`) to what was heard; an empty side says what kind it is."""

    kind: Kind
    truth: str
    heard: str


@dataclass(frozen=True)
class Count:
    """How many parts were said, and what went wrong with them."""

    said: int
    substitutions: int
    deletions: int
    insertions: int

    @property
    def errors(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors by parts said: the word error rate where parts are words. May exceed 1."""
        return self.errors / self.said if self.said else float(self.errors > 0)


def diff(truth: str, heard: str) -> tuple[Edit, ...]:
    """Return the steps from one text to the other, in reading order, in the words as they were written."""
    said, got = parts(truth), parts(heard)
    plain_said, plain_got = ([plain(part) for part in side] for side in (said, got))
    kinds = kinds_of(plain_said, plain_got)
    left, right = iter(said), iter(got)
    return tuple(
        Edit(kind, "" if kind == "extra" else next(left), "" if kind == "missing" else next(right))
        for kind in kinds
    )


def count(kinds: Sequence[Kind]) -> Count:
    """Return how many parts were said and how many went wrong."""
    return Count(
        said=len(kinds) - kinds.count("extra"),
        substitutions=kinds.count("replaced"),
        deletions=kinds.count("missing"),
        insertions=kinds.count("extra"),
    )


def parts(text: str) -> list[str]:
    """Return the words of a text, and its Chinese characters one by one, without what is only punctuation."""
    found = (_bare(part) for part in _PART.findall(unicodedata.normalize("NFKC", text)))
    return [part for part in found if plain(part)][:MOST_PARTS]


def letters(text: str) -> list[str]:
    """Return the letters that are compared, without spaces and punctuation."""
    return [letter for part in parts(text) for letter in plain(part)]


def plain(part: str) -> str:
    """Return a part as it is compared: lower case, no punctuation around it or, but for apostrophes, in it."""
    kept = (c for c in part.casefold() if c in _IN_WORD or not _is_mark(c))
    return "".join(kept).strip(_IN_WORD)


def is_unspaced(text: str) -> bool:
    """Tell whether most parts of a text are characters of a script without spaces."""
    found = parts(text)
    alone = sum(bool(re.fullmatch(f"[{_UNSPACED}]", part)) for part in found)
    return 2 * alone > len(found)


def kinds_of(truth: Sequence[str], heard: Sequence[str]) -> list[Kind]:
    """Return the kinds of the fewest steps from one sequence of parts to the other, in reading order."""
    kinds: list[Kind] = []
    for step in Levenshtein.opcodes(truth, heard):
        length = max(step.src_end - step.src_start, step.dest_end - step.dest_start)
        kinds += [KINDS[step.tag]] * length
    return kinds


def _bare(part: str) -> str:
    """Return a part without the marks around it."""
    start, end = 0, len(part)
    while start < end and _is_mark(part[start]):
        start += 1
    while end > start and _is_mark(part[end - 1]):
        end -= 1
    return part[start:end]


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PSC"
