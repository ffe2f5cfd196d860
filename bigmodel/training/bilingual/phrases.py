"""Pairs of phrases that translate each other, from aligned sentences (Koehn, Och and Marcu 2003)."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

LONGEST = 5  # words of a source phrase
LONGEST_MADE = 7
MOST = 12  # translations that are kept of a phrase
BACKWARD = 0.6  # weight of how seldom a translation stands for something else

Phrase = tuple[int, ...]
Option = tuple[
    float, float, Phrase
]  # score, share of the source phrase's translations, and the words


def extract(
    source: Sequence[int], target: Sequence[int], links: Sequence[tuple[int, int]]
) -> Iterator[tuple[Phrase, Phrase]]:
    """Yield the pairs of phrases of one sentence whose links do not lead out of them."""
    n, m = len(source), len(target)
    by_source: list[list[int]] = [[] for _ in range(n)]
    low, high = [n] * m, [-1] * m  # of the source places a target word is linked to
    for i, j in links:
        by_source[i].append(j)
        low[j], high[j] = min(low[j], i), max(high[j], i)
    for start in range(n):
        first, last = m, -1
        for end in range(start, min(n, start + LONGEST)):
            for j in by_source[end]:
                first, last = min(first, j), max(last, j)
            if last < 0 or last - first >= LONGEST_MADE:
                continue
            linked = [j for j in range(first, last + 1) if high[j] >= 0]
            if any(low[j] < start or high[j] > end for j in linked):
                continue
            words = tuple(source[start : end + 1])
            for left, right in _spans(first, last, high):
                yield words, tuple(target[left : right + 1])


def _spans(first: int, last: int, high: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield a span of target words, and the same with unlinked neighbours."""
    left = first
    while left >= 0 and (left == first or high[left] < 0):
        right = last
        while right < len(high) and (right == last or high[right] < 0):
            if right - left < LONGEST_MADE:
                yield left, right
            right += 1
        left -= 1


def table(counts: Counter[tuple[Phrase, Phrase]]) -> dict[Phrase, list[Option]]:
    """Return the best translations of every phrase, best first."""
    of_source: Counter[Phrase] = Counter()
    of_target: Counter[Phrase] = Counter()
    for (source, target), count in counts.items():
        of_source[source] += count
        of_target[target] += count
    found: dict[Phrase, list[Option]] = {}
    for (source, target), count in counts.items():
        share = count / of_source[source]
        score = math.log(share) + BACKWARD * math.log(count / of_target[target])
        found.setdefault(source, []).append((score, share, target))
    return {source: sorted(options, reverse=True)[:MOST] for source, options in found.items()}
