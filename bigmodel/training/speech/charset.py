"""Between transcripts and the numbers a speech model learns: one letter, one number; it must never import torch.

Number 0 is the blank of CTC. Chinese needs no words: each character is a letter like any other.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BLANK = 0
MOST_LETTERS = 6000
Case = Literal["lower", "keep"]

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Charset:
    """The letters of a person's transcripts, the commonest first, and how texts are brought to them."""

    letters: tuple[str, ...]
    case: Case = "lower"

    @property
    def outputs(self) -> int:
        """How many numbers there are, the blank included."""
        return len(self.letters) + 1

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text; letters it does not know are left out."""
        known = {letter: number for number, letter in enumerate(self.letters, 1)}
        return [known[letter] for letter in normalise(text, self.case) if letter in known]

    def decode(self, numbers: Sequence[int]) -> str:
        """Return the text of numbers, without blanks and stray spaces."""
        text = "".join(self.letters[number - 1] for number in numbers if number != BLANK)
        return _SPACES.sub(" ", text).strip()


def make_charset(transcripts: Sequence[str], case: Case) -> Charset:
    """Return the letters of transcripts, the same every time."""
    counts: Counter[str] = Counter()
    for text in transcripts:
        counts.update(normalise(text, case))
    often = sorted(counts, key=lambda letter: (-counts[letter], letter))
    return Charset(tuple(often[:MOST_LETTERS]), case)


def normalise(text: str, case: Case = "lower") -> str:
    """Return a text in one form: full-width and half-width letters alike, single spaces, no control characters."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c if c.isprintable() else " " for c in text)
    text = _SPACES.sub(" ", text).strip()
    return text.lower() if case == "lower" else text
