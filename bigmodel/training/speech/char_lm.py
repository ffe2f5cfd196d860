"""How letters follow each other in a person's own transcripts: a small n-gram model in JSON; it must never import torch.

Witten-Bell smoothing (1991): a history that was followed by many different letters leaves more to the
shorter histories. It steers the beam towards words that were ever said, and never forbids a new one.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

ORDER = 6  # letters, the one that is guessed included
MOST_HISTORIES = 200_000
END = 0  # the number of the blank stands for the end of a text
UNKNOWN = 1e-4  # share that is left to letters by no history at all


class CharLM:
    """Log-probabilities of the next letter, by the letters before it."""

    def __init__(self, counts: Mapping[tuple[int, ...], Mapping[int, int]], outputs: int) -> None:
        self._counts, self._outputs = counts, outputs
        self._known: dict[tuple[tuple[int, ...], int], float] = {}

    def log_share(self, before: tuple[int, ...], letter: int) -> float:
        """Return the logarithm of the share of a letter (or `END`) after those before."""
        key = (before[-(ORDER - 1) :], letter)
        if key not in self._known:
            self._known[key] = math.log(self._share(*key))
        return self._known[key]

    def _share(self, before: tuple[int, ...], letter: int) -> float:
        share = 1.0 / self._outputs
        for length in range(len(before) + 1):
            followers = self._counts.get(before[len(before) - length :])
            if not followers:
                break
            total, kinds = sum(followers.values()), len(followers)
            share = (followers.get(letter, 0) + kinds * share) / (total + kinds)
        return max(share, UNKNOWN / self._outputs)

    def to_json(self) -> list[Any]:
        """Return [[history, [[letter, count], …]], …]."""
        return [[list(key), sorted(value.items())] for key, value in self._counts.items()]

    @classmethod
    def from_json(cls, stored: Sequence[Any], outputs: int) -> "CharLM":
        return cls({tuple(key): {int(n): c for n, c in value} for key, value in stored}, outputs)


def fit_char_lm(texts: Sequence[Sequence[int]], outputs: int) -> CharLM:
    """Count the letters of texts, given as numbers, after every history of up to `ORDER` - 1 letters."""
    counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for text in texts:
        for place, letter in enumerate((*text, END)):
            for length in range(min(place, ORDER - 1) + 1):
                counts[tuple(text[place - length : place])][letter] += 1
    often = sorted(counts, key=lambda key: (len(key), -counts[key].total(), key))
    return CharLM({key: counts[key] for key in often[:MOST_HISTORIES]}, outputs)
