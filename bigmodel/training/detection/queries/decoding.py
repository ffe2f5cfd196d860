"""From what the queries of a detector answer to boxes: numpy only, so it is written into programs too.

Each query finds one object or none, and was trained to find none that another finds (Carion et al. 2020): nothing is
suppressed afterwards.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LEAST_SCORE = 0.05
MOST_BOXES = 100


def boxes_of_queries(
    kinds: Floats, places: Floats, side: int, *, has_nothing: bool
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the boxes in pixels of the square, their certainties and kinds, the surest first.

    Args:
        kinds: logits, (queries, kinds), or one more for "nothing" where that is an answer of its own.
        places: middle, width and height as shares of the square, (queries, 4).
        side: of the square.
        has_nothing: kinds shut each other out, and "nothing" is the last of them.
    """
    scores = _softmax(kinds)[:, :-1] if has_nothing else 1 / (1 + np.exp(-kinds.clip(-80, 80)))
    flat = scores.ravel()
    best = np.argsort(-flat, kind="stable")[:MOST_BOXES]
    best = best[flat[best] > LEAST_SCORE]
    queries, labels = np.divmod(best, scores.shape[1])
    middles, halves = places[queries, :2], places[queries, 2:] / 2
    boxes = np.concatenate([middles - halves, middles + halves], axis=1) * side
    return boxes.clip(0, side).astype(np.float32), flat[best], labels


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
