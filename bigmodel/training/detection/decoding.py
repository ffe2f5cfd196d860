"""From what the detector answers for each place of its maps to boxes: numpy only, so it is written into programs too.

A place says how sure it is of each kind, how far its box reaches in strides of its map, and how near it is to the
middle (Tian et al. 2019). Of boxes around the same thing the surest stays (non-maximum suppression), moved to the
mean of those it stands for, weighed by their certainty (box voting, Gidaris and Komodakis 2015).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
STRIDES = (8, 16, 32, 64)  # of the maps
LEAST_SCORE = 0.05
MOST_ALIKE = 0.5  # overlap of two boxes of a kind, above which the surer one stays
VOTING = 0.65  # overlap from which a box has a say in where the one that stays lies
MOST_BOXES = 100
MOST_CANDIDATES = 400  # of a map


def map_sides(side: int) -> list[int]:
    """Return how many places each map has along a side; the last one is half of the one before."""
    sides = [side // stride for stride in STRIDES[:-1]]
    return [*sides, -(-sides[-1] // 2)]


def place_grid(side: int) -> tuple[Floats, Floats]:
    """Return where each place stands on the square, (places, 2), and its stride, (places,)."""
    centres, strides = [], []
    for count, stride in zip(map_sides(side), STRIDES, strict=True):
        steps = np.arange(count, dtype=np.float32) * (side // count)
        down, across = np.meshgrid(steps, steps, indexing="ij")
        centres.append(np.stack([across.ravel(), down.ravel()], axis=1))
        strides.append(np.full(count * count, stride, np.float32))
    return np.concatenate(centres), np.concatenate(strides)


def boxes_of_maps(
    kinds: Floats, reaches: Floats, middles: Floats, side: int
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the boxes in pixels of the square, their certainties and kinds, the surest first.

    Args:
        kinds: logits, (places, kinds).
        reaches: to the left, top, right and bottom in strides, (places, 4).
        middles: logits, (places, 1).
        side: of the square.
    """
    scores = np.sqrt(_share(kinds) * _share(middles))
    centres, strides = place_grid(side)
    found, start = [], 0
    for count in map_sides(side):
        part = scores[start : start + count * count]
        flat = np.flatnonzero(part > LEAST_SCORE)
        best = flat[np.argsort(-part.ravel()[flat], kind="stable")[:MOST_CANDIDATES]]
        found.append(best + start * part.shape[1])
        start += count * count
    chosen = np.concatenate(found)
    places, labels = np.divmod(chosen, scores.shape[1])
    far = reaches[places] * strides[places, None]
    boxes = np.concatenate([centres[places] - far[:, :2], centres[places] + far[:, 2:]], axis=1)
    return _voted(boxes.clip(0, side), scores.ravel()[chosen], labels)


def _voted(
    boxes: Floats, scores: Floats, labels: NDArray[np.int64]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    made: list[Floats] = []
    while len(order) and len(kept) < MOST_BOXES:
        first = order[0]
        shares = _overlaps(boxes[first], boxes[order]) * (labels[order] == labels[first])
        shares[0] = 1.0  # a box without an area overlaps nothing, not even itself
        votes = np.where(shares >= VOTING, scores[order], 0)[:, None]
        kept.append(int(first))
        made.append((votes * boxes[order]).sum(axis=0) / votes.sum())
        order = order[shares <= MOST_ALIKE]
    return np.array(made, np.float32).reshape(-1, 4), scores[kept], labels[kept]


def _overlaps(box: Floats, others: Floats) -> Floats:
    """Return the intersection over union of a box with others."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    both = (high - low).clip(0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    shares: Floats = both / np.maximum((box[2:] - box[:2]).prod() + areas - both, 1e-9)
    return shares


def _share(logits: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-logits.clip(-80, 80)))
    return shares
