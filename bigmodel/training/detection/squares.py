"""Pictures as the squares that a detector reads; it opens no file."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GREY = 127  # beside a picture that is no square

Pixels = NDArray[np.uint8]  # (height, width, 3)


def fitted(picture: Image.Image, side: int) -> Pixels:
    """Return a picture whose longer side is that of the square."""
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    if (width, height) != picture.size:
        picture = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(picture)


def square(pixels: Pixels, side: int) -> Pixels:
    """Return a picture in the upper left corner of a grey square."""
    made = np.full((side, side, 3), GREY, np.uint8)
    height, width = pixels.shape[:2]
    made[:height, :width] = pixels
    return made
