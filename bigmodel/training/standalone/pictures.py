"""Reading pictures without this app; it is written into programs that answer pictures."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from bigmodel.data.ground import flat
from bigmodel.data.picture_steps import PICTURE_STEPS, clean_picture
from bigmodel.training.standalone.files import steps_beside

KEPT_SIDE = 768  # pixels of the longer side, as pictures are kept that were learned from


def read_square(path: str, side: int) -> NDArray[np.uint8]:
    """Return the middle square of a picture, upright: (side, side, 3)."""
    with Image.open(path) as file:
        picture = flat(ImageOps.exif_transpose(file))
    if steps := steps_beside(PICTURE_STEPS):
        picture.thumbnail((KEPT_SIDE, KEPT_SIDE))
        picture = clean_picture(picture, steps)
    picture.thumbnail((2 * side, 2 * side))
    width, height = picture.size
    part = min(width, height)
    left, top = (width - part) / 2, (height - part) / 2
    box = (left, top, left + part, top + part)
    made = picture.resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    return np.asarray(made)


def resized(square: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return a square of fractions, (side before, side before, 3), smoothly at another size, as torch does with antialiasing."""
    if len(square) == side:
        return square
    planes = [
        np.asarray(Image.fromarray(plane).resize((side, side), Image.Resampling.BILINEAR))
        for plane in np.ascontiguousarray(square.transpose(2, 0, 1))
    ]
    return np.stack(planes, axis=-1)
