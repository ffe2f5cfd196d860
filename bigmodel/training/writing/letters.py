"""The letters of training texts and how often each occurs: the alphabet of n-grams, and the simplest guess; it trains nothing."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bigmodel.core.datasets.turns import turns_of

Array = Any  # numpy arrays of numbers
END, UNKNOWN, ANSWER = (
    1,
    2,
    3,
)  # symbols: a text or an answer is over; an unseen letter; the answer begins
FILE = "letters.json"
FIRST = 4  # symbol of the first letter
UNSEEN_BITS = 16.0  # what spelling an unseen letter costs beside saying that it is one


@dataclass(frozen=True)
class Scored:
    """A row as symbols, which of them count, and how many of these are unseen letters."""

    symbols: Array  # (symbols,) int64
    counts: Array  # (symbols,) bool
    unseen: int


class Letters:
    """An alphabet. Of a conversation only answers count, of any other text all of it; so does its end."""

    def __init__(self, letters: Sequence[str], occurrences: Sequence[int], ends: int) -> None:
        self.letters, self.occurrences, self.ends = tuple(letters), list(occurrences), ends
        self._symbols = {letter: FIRST + place for place, letter in enumerate(self.letters)}
        total = (
            sum(self.occurrences) + ends + len(self.letters) + 2
        )  # one more of each, and of unseen
        self._bits = [math.log2(total / (count + 1)) for count in self.occurrences]
        self._end_bits, self._unseen_bits = math.log2(total / (ends + 1)), math.log2(total)

    @property
    def size(self) -> int:
        """How many symbols there are."""
        return FIRST + len(self.letters)

    def read(self, text: str) -> Scored:
        """Return a row as symbols."""
        turns = turns_of(text)
        parts = [self.symbols(turn) for turn in turns or (text,)]
        symbols, counts = [], []
        for place, part in enumerate(parts):
            is_asked = bool(turns) and place % 2 == 0
            symbols += [part, [ANSWER if is_asked else END]]
            counts.append(np.full(len(part) + 1, not is_asked))
        whole, counting = np.concatenate(symbols).astype(np.int64), np.concatenate(counts)
        return Scored(whole, counting, int(((whole == UNKNOWN) & counting).sum()))

    def symbols(self, text: str) -> list[int]:
        """Return the symbol of each letter."""
        return [self._symbols.get(letter, UNKNOWN) for letter in text]

    def letter(self, symbol: int) -> str:
        """Return the letter of a symbol, "" of what is none."""
        return self.letters[symbol - FIRST] if symbol >= FIRST else ""

    def plain_bits(self, row: Scored) -> float:
        """Return the bits of what counts where every letter only is as likely as it is frequent: the simplest guess."""
        table = [0.0, self._end_bits, self._unseen_bits, 0.0, *self._bits]
        return float(np.array(table)[row.symbols[row.counts]].sum()) + UNSEEN_BITS * row.unseen

    def record(self) -> dict[str, Any]:
        """Return it as JSON writes it."""
        return {"letters": list(self.letters), "occurrences": self.occurrences, "ends": self.ends}


def count_letters(texts: Iterable[str]) -> Letters:
    """Return the letters of rows, the most frequent first; only those of answers are counted where rows are conversations."""
    counts: Counter[str] = Counter()
    others: Counter[str] = Counter()
    ends = 0
    for text in texts:
        turns = turns_of(text)
        said = turns[1::2] if turns else (text,)
        for part in said:
            counts.update(part)
        for part in turns[::2]:
            others.update(part)
        ends += len(said)
    for letter in others:
        counts[letter] += 0
    letters = sorted(counts, key=lambda letter: (-counts[letter], letter))
    return Letters(letters, [counts[letter] for letter in letters], ends)


def save_letters(letters: Letters, folder: Path) -> None:
    """Write an alphabet beside a model that reads pieces: the simplest guess is measured by it."""
    (folder / FILE).write_text(json.dumps(letters.record(), ensure_ascii=False), "utf-8")


def load_letters(folder: Path) -> Letters:
    """Load what `save_letters` wrote."""
    return Letters(**json.loads((folder / FILE).read_text("utf-8")))
