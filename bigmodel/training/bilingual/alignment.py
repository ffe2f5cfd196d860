"""Word alignment: IBM Model 1 in both directions with a diagonal prior, joined by grow-diag; plain numpy.

Brown et al. 1993; the prior is that of Dyer, Chahuneau and Smith 2013 with a fixed strength; the heuristic
is that of Koehn, Och and Marcu 2003.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

ROUNDS = 5
DIAGONAL = 0.5  # strength of the prior; more hurts where the order of words differs
NULL_SHARE = 0.08  # of words that translate none
NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))

Ids = Sequence[Sequence[int]]
Links = list[tuple[int, int]]  # (source place, target place)
Tick = Callable[[], None]


def align(sources: Ids, targets: Ids, tick: Tick) -> list[Links]:
    """Return the links of each pair of sentences; words are numbers from 0. `tick` is called between the rounds."""
    forward = model_1(sources, targets, tick)
    backward = model_1(targets, sources, tick)
    return [
        _grown(best, back, len(source), len(target))
        for best, back, source, target in zip(forward, backward, sources, targets, strict=True)
    ]


def model_1(sources: Ids, targets: Ids, tick: Tick) -> list[NDArray[np.int64]]:
    """Return the likeliest source place of each target word: (target words,) for each pair; -1 is none."""
    width = max((word for row in targets for word in row), default=0) + 1
    given, made, prior, segment = _cells(sources, targets)
    keys, cell_key = np.unique(given * width + made, return_inverse=True)
    of_given = keys // width
    share = np.ones(len(keys))
    count = int(segment[-1]) + 1 if len(segment) else 0
    for _ in range(ROUNDS):
        tick()
        expected = share[cell_key] * prior
        expected /= np.bincount(segment, expected, minlength=count)[segment]
        counts = np.bincount(cell_key, expected, minlength=len(keys))
        share = counts / np.bincount(of_given, counts)[of_given]
    return _likeliest(share[cell_key] * prior, sources, targets)


def _cells(
    sources: Ids, targets: Ids
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return every pair of a source word (0: none) and a target word of one sentence, its prior, and its target word's number."""
    given, made, priors, segments, seen = [], [], [], [], 0
    for source, target in zip(sources, targets, strict=True):
        n, m = len(source), len(target)
        words = np.concatenate([[0], np.asarray(source, np.int64) + 1])
        given.append(np.tile(words, m))
        made.append(np.repeat(np.asarray(target, np.int64), n + 1))
        segments.append(np.repeat(np.arange(seen, seen + m), n + 1))
        seen += m
        priors.append(_prior(n, m).ravel())
    return tuple(map(np.concatenate, (given, made, priors, segments)))  # type: ignore[return-value]


def _prior(n: int, m: int) -> NDArray[np.float64]:
    """Return how likely each place is to be translated from each: (m, n + 1), the first column for none."""
    off = np.abs((np.arange(n) + 0.5)[None, :] / n - (np.arange(m) + 0.5)[:, None] / m)
    near = np.exp(-DIAGONAL * off)
    near *= (1 - NULL_SHARE) / near.sum(axis=1, keepdims=True)
    return np.concatenate([np.full((m, 1), NULL_SHARE), near], axis=1)


def _likeliest(shares: NDArray[np.float64], sources: Ids, targets: Ids) -> list[NDArray[np.int64]]:
    found, start = [], 0
    for source, target in zip(sources, targets, strict=True):
        end = start + len(target) * (len(source) + 1)
        found.append(shares[start:end].reshape(len(target), -1).argmax(axis=1) - 1)
        start = end
    return found


def _grown(forward: NDArray[np.int64], backward: NDArray[np.int64], n: int, m: int) -> Links:
    """Return the links both directions agree on, grown by neighbours that one of them has, then by words left alone."""
    one = {(int(i), j) for j, i in enumerate(forward) if i >= 0}
    other = {(i, int(j)) for i, j in enumerate(backward) if j >= 0}
    links, either = one & other, sorted(one | other)
    has_source, has_target = [False] * n, [False] * m
    for i, j in links:
        has_source[i] = has_target[j] = True
    is_growing = True
    while is_growing:
        is_growing = False
        for i, j in either:
            is_new = (i, j) not in links and not (has_source[i] and has_target[j])
            if is_new and any((i + a, j + b) in links for a, b in NEIGHBOURS):
                links.add((i, j))
                has_source[i] = has_target[j] = is_growing = True
    for i, j in either:
        if not has_source[i] and not has_target[j]:
            links.add((i, j))
            has_source[i] = has_target[j] = True
    return sorted(links)
