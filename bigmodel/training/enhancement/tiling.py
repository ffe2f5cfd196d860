"""Large pictures tile by tile, by whatever computes a tile: torch here, ONNX in programs; it knows neither."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bigmodel.training.enhancement.plain import Pixels

TILE, AROUND = 256, 24  # pixels of a large photo that are done together, and around them at least
Array = Any  # numpy arrays of numbers
# What is given and plain as fractions, (1, 3, height, width), to what is made, as large as the plain one.
Ask = Callable[[Array, Array], list[Array]]


def tiled(
    ask: Ask, given: Pixels, plain: Pixels, scale: int, around: int
) -> Iterator[tuple[tuple[int, int], Pixels]]:
    """Yield a picture as far as it is made, tile by tile, with how many of how many are; the rest of it is plain.

    Tiles overlap by what the network sees, so that no seam shows.
    """
    made = plain.copy()
    height, width = given.shape[:2]
    corners = [(top, left) for top in range(0, height, TILE) for left in range(0, width, TILE)]
    for done, (top, left) in enumerate(corners, 1):
        y0, x0 = max(0, top - around), max(0, left - around)
        y1, x1 = min(height, top + TILE + around), min(width, left + TILE + around)
        large = plain[y0 * scale : y1 * scale, x0 * scale : x1 * scale]
        [[answer]] = ask(fractions(given[y0:y1, x0:x1]), fractions(large))
        tile = np.rint(answer.clip(0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)
        down, across = min(TILE, height - top) * scale, min(TILE, width - left) * scale
        y, x = (top - y0) * scale, (left - x0) * scale
        part = made[top * scale : top * scale + down, left * scale : left * scale + across]
        part[...] = tile[y : y + down, x : x + across]
        yield (done, len(corners)), made


def fractions(pixels: Pixels) -> Array:
    """Return a picture as fractions, (1, 3, height, width)."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]).astype(np.float32) / 255
