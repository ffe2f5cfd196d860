"""From scores of tags to spans: Viterbi over tags that may follow each other, and how sure each span is; it learns nothing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FORBIDDEN = -1e4


def allowed(tags: Sequence[str]) -> Floats:
    """Return (tags + 1, tags): 0 where a tag may follow another one, and in the last row the beginning, else a large penalty.

    An I- follows only a B- or an I- of its kind.
    """
    table = np.zeros((len(tags) + 1, len(tags)))
    for at, tag in enumerate(tags):
        if tag.startswith("I-"):
            before = {f"B-{tag[2:]}", tag}
            table[:, at] = [0.0 if other in before else FORBIDDEN for other in (*tags, "")]
    return table


def viterbi(scores: Floats, moves: Floats) -> list[int]:
    """Return the best sequence of tags (Viterbi 1967): scores (parts, tags), moves (tags + 1, tags) with the beginning last."""
    if not len(scores):
        return []
    best = scores[0] + moves[-1]
    came: list[NDArray[np.intp]] = []
    for row in scores[1:]:
        ways = best[:, None] + moves[:-1]
        came.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + row
    path = [int(best.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]


def marginals(scores: Floats, moves: Floats) -> Floats:
    """Return the probability of each tag at each part, (parts, tags), by the forward-backward algorithm."""
    if not len(scores):
        return scores
    follows = np.exp(moves[:-1])
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    ahead = np.empty_like(raised)
    ahead[0] = _scaled(np.exp(moves[-1]) * raised[0])
    for at in range(1, len(raised)):
        ahead[at] = _scaled((ahead[at - 1] @ follows) * raised[at])
    behind = np.ones_like(raised)
    for at in range(len(raised) - 2, -1, -1):
        behind[at] = _scaled(follows @ (raised[at + 1] * behind[at + 1]))
    both = ahead * behind
    result: Floats = both / both.sum(axis=1, keepdims=True)
    return result


def tagged(
    tags: Sequence[str], places: Sequence[tuple[int, int]], path: Sequence[int], chances: Floats
) -> list[tuple[int, int, str, float]]:
    """Return the spans of a sequence of tags: from, to, kind, and the mean probability of its tags."""
    spans: list[tuple[int, int, str, float]] = []
    first = -1
    for at in range(len(path) + 1):
        tag = tags[path[at]] if at < len(path) else "O"
        if first >= 0 and not tag.startswith("I-"):
            sure = float(np.mean([chances[i, path[i]] for i in range(first, at)]))
            kind = tags[path[first]][2:]
            spans.append((places[first][0], places[at - 1][1], kind, sure))
            first = -1
        if tag.startswith("B-") or (tag.startswith("I-") and first < 0):
            first = at
    return spans


def _scaled(row: Floats) -> Floats:
    result: Floats = row / max(row.sum(), 1e-300)
    return result
