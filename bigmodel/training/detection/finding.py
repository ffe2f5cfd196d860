"""From a picture to its boxes, by whatever computes the maps: torch here, ONNX in programs; it knows neither."""

from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from bigmodel.training.detection.squares import fitted, square

Array = Any  # numpy arrays of numbers
Ask = Callable[[Array], list[Array]]  # squares as fractions, (1, 3, side, side), to maps
Decode = Callable[..., tuple[Array, Array, Array]]  # maps of a picture to boxes, certainties, kinds
Found = tuple[tuple[float, float, float, float], int, float]


def found_shares(ask: Ask, decode: Decode, picture: Image.Image, side: int) -> list[Found]:
    """Return the boxes in a picture as shares of its sides, with the number of their kind and their certainty, the surest first."""
    pixels = fitted(picture, side)
    height, width = pixels.shape[:2]
    fractions = square(pixels, side).transpose(2, 0, 1)[None].astype(np.float32) / 255
    boxes, scores, labels = decode(*(maps[0] for maps in ask(fractions)))
    shares = (boxes.astype(np.float64) / [width, height, width, height]).clip(0, 1)
    sides = [(a, b, c, d) for a, b, c, d in shares.tolist()]
    return list(zip(sides, labels.tolist(), scores.tolist(), strict=True))
