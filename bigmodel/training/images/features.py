"""What a picture shows, in fixed numbers: directions of its edges and its colours; numpy and Pillow only, nothing is learnt.

Histograms of oriented gradients as in Dalal and Triggs 2005; colours as shares of hues and means of places.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
CELL = 8
DIRECTIONS = 9
HUES, GREYS = 12, 6
PLACES = 4  # colours are averaged over so many places along a side
PART = 128  # pictures computed at once
EDGES = (SIDE // CELL - 1) ** 2 * 4 * DIRECTIONS  # the first features of a picture
COLOURS = 2 * (4 * HUES + GREYS) + 3 * PLACES**2  # the others

Floats = NDArray[np.float32]


def features_of(squares: NDArray[np.uint8]) -> Floats:
    """Return features of pictures of SIDE pixels, (pictures, features)."""
    parts = [squares[start : start + PART] for start in range(0, len(squares), PART)]
    return np.concatenate([_features(part) for part in parts])


def look_plainly(squares: NDArray[np.uint8]) -> Floats:
    """Return features of pictures of any size."""
    sized = [
        np.asarray(Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
        for square in squares
    ]
    return features_of(np.stack(sized))


def _features(squares: NDArray[np.uint8]) -> Floats:
    colours: Floats = (squares / np.float32(255)).astype(np.float32)
    edges, shares = _edges(colours), _colours(colours)
    return np.concatenate([edges, shares], axis=1)


def _edges(colours: Floats) -> Floats:
    """Return shares of edge directions in cells, each normed with its neighbours."""
    grey = np.sqrt(colours.mean(axis=3))
    down, right = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, right)
    turn = (np.arctan2(down, right) / np.pi % 1.0) * DIRECTIONS
    low = np.floor(turn).astype(np.int64)
    share = turn - low
    count, cells = len(colours), SIDE // CELL
    place = np.arange(SIDE) // CELL
    cell = (np.arange(count)[:, None, None] * cells + place[:, None]) * cells + place[None, :]
    found = np.zeros(count * cells * cells * DIRECTIONS)
    for bin_, weight in ((low, strength * (1 - share)), (low + 1, strength * share)):
        index = cell * DIRECTIONS + bin_ % DIRECTIONS
        found += np.bincount(index.ravel(), weight.ravel(), minlength=len(found))
    grid = found.reshape(count, cells, cells, DIRECTIONS)
    blocks = np.concatenate(
        [grid[:, :-1, :-1], grid[:, :-1, 1:], grid[:, 1:, :-1], grid[:, 1:, 1:]], axis=3
    )
    normed = np.minimum(blocks / (np.linalg.norm(blocks, axis=3, keepdims=True) + 0.05), 0.2)
    flat = normed.reshape(count, -1)
    made: Floats = (flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6)).astype(np.float32)
    return made


def _colours(colours: Floats) -> Floats:
    """Return how often hues and greys occur, and the mean colour of places: (pictures, features)."""
    count = len(colours)
    high, low = colours.max(axis=3), colours.min(axis=3)
    chroma = high - low
    safe = np.maximum(chroma, 1e-6)
    red, green, blue = np.moveaxis(colours, 3, 0)
    hue = np.where(
        high == red,
        (green - blue) / safe,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    hue_bin = np.minimum((hue % 6) / 6 * HUES, HUES - 1).astype(np.int64)
    grey_bin = np.minimum(high * GREYS, GREYS - 1).astype(np.int64)
    is_grey = chroma < 0.12 * np.maximum(high, 0.3)
    bright = (high > 0.5).astype(np.int64)
    vivid = (chroma > 0.5 * high).astype(np.int64)
    bins = np.where(is_grey, 4 * HUES + grey_bin, hue_bin * 4 + 2 * bright + vivid)
    total = 4 * HUES + GREYS
    half = SIDE // 2
    ring = np.zeros((SIDE, SIDE), dtype=np.int64)  # the middle is counted apart from the rim
    ring[half // 2 : -half // 2, half // 2 : -half // 2] = 1
    index = (np.arange(count)[:, None, None] * 2 + ring) * total + bins
    shares = np.bincount(index.ravel(), minlength=count * 2 * total).reshape(count, 2 * total)
    roots = np.sqrt(shares / (SIDE * SIDE))
    step = SIDE // PLACES
    means = colours.reshape(count, PLACES, step, PLACES, step, 3).mean(axis=(2, 4))
    flat = means.reshape(count, -1) / np.sqrt(PLACES * PLACES * 3)
    made: Floats = np.concatenate([roots, flat], axis=1).astype(np.float32)
    return made
