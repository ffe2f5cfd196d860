"""A language model of word trigrams, interpolated with shorter ones by their counts (Dirichlet smoothing)."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

BEGIN, END = 0, 1  # numbers of the marks around a sentence; words come after them
STRENGTHS = (3.0, 2.0)  # of the shorter model, for bigrams and trigrams
FLOOR = 0.1

History = tuple[int, int]


class Trigrams:
    """Log-probabilities of words after two others. Keys are n-grams of word numbers."""

    def __init__(self, counts: dict[tuple[int, ...], int], words: int) -> None:
        self.counts, self.words = counts, words
        self._after: Counter[tuple[int, ...]] = Counter()
        self._total = 0
        for gram, count in counts.items():
            if len(gram) == 1:
                self._total += count
            else:
                self._after[gram[:-1]] += count
        self._known: dict[tuple[int, int, int], float] = {}

    def log_share(self, a: int, b: int, c: int) -> float:
        """Return the log-probability of `c` after `a` and `b`."""
        key = (a, b, c)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._log_share(key)
        return known

    def _log_share(self, key: tuple[int, int, int]) -> float:
        share = (self.counts.get(key[2:], 0) + FLOOR) / (self._total + FLOOR * self.words + 100)
        for strength, gram in zip(STRENGTHS, (key[1:], key), strict=True):
            after = self._after.get(gram[:-1], 0)
            share = (self.counts.get(gram, 0) + strength * share) / (after + strength)
        return math.log(share)

    def follow(self, before: History, words: Sequence[int]) -> tuple[History, float]:
        """Return the history after some words and their log-probability."""
        (a, b), total = before, 0.0
        for word in words:
            total += self.log_share(a, b, word)
            a, b = b, word
        return (a, b), total


def count_trigrams(sentences: Iterable[Sequence[int]]) -> dict[tuple[int, ...], int]:
    """Return how often every word, bigram and trigram occurs; two marks stand before a sentence, one after."""
    counts: Counter[tuple[int, ...]] = Counter()
    for sentence in sentences:
        words = (BEGIN, BEGIN, *sentence, END)
        for place in range(2, len(words)):
            for length in (1, 2, 3):
                counts[words[place + 1 - length : place + 1]] += 1
    return dict(counts)
