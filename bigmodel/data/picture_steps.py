"""Cleans pictures by named steps, the same on the way into a version and at prediction; it opens no file.

Whatever the order they are given in, they run in that of `PICTURE_STEPS`; a picture that has nothing to clean comes back as it
is, so that a second time changes nothing. It stands alone so that it can go along with a downloaded model.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SQUARES = ("squash", "crop", "pad")  # ways to make a picture square; the first one counts
PICTURE_STEPS = ("borders", *SQUARES)
EDGE_TOLERANCE = 14  # of 255: so far JPEG strays within one colour
INNER_TOLERANCE = 32  # less than this away from a border and it is a gradient, such as a sky
EDGE_SHARE = 0.98  # of a line of pixels that has the colour of the border
INNER_LINES = (
    8  # behind a border, among which the picture has to begin: a block of JPEG, which ripples
)
INNER_SHARE = (
    0.25  # of such a line that differs from the border; fewer and it is the ground of what is shown
)
MIXED_SHARE = 0.5  # of a line at the edge that JPEG mixed with the border
FEWEST_LINES = 2  # that are a border
SMALLEST_SIDE = 8  # pixels that have to be left
PAD_COLOUR = (0, 0, 0)

PictureLines = NDArray[np.int16]  # (lines, pixels of a line, 3)


def clean_picture(picture: Image.Image, steps: Sequence[str]) -> Image.Image:
    """Return an upright RGB picture after the steps, the same object where none changes it."""
    if "borders" in steps:
        picture = _without_borders(picture)
    way = next((each for each in SQUARES if each in steps), "")
    if not way or picture.width == picture.height:
        return picture
    return _made_square(picture, way)


def _without_borders(picture: Image.Image) -> Image.Image:
    """Cut off bars and frames of one colour, one inside another too."""
    while True:
        box = inner_box(np.asarray(picture, np.int16))
        if box == (0, 0, *picture.size):
            return picture
        picture = picture.crop(box)


def inner_box(pixels: PictureLines) -> tuple[int, int, int, int]:
    """Return what is left of a picture, (height, width, 3), without its borders: left, top, right, bottom."""
    height, width = pixels.shape[:2]
    top, bottom = _border_lines(pixels), height - _border_lines(pixels[::-1])
    if bottom - top < SMALLEST_SIDE:
        top, bottom = 0, height
    lines = pixels[top:bottom].swapaxes(0, 1)
    left, right = _border_lines(lines), width - _border_lines(lines[::-1])
    if right - left < SMALLEST_SIDE:
        left, right = 0, width
    return left, top, right, bottom


def _border_lines(lines: PictureLines) -> int:
    """Return how many lines from the first on are a border: one colour, behind which the picture begins at once."""
    colour = np.median(lines[0], axis=0)
    count = 0
    while count < len(lines) and _colour_share(lines[count], colour, EDGE_TOLERANCE) >= EDGE_SHARE:
        count += 1
    inner = lines[count : count + INNER_LINES]
    is_sharp = any(
        1 - _colour_share(line, colour, INNER_TOLERANCE) >= INNER_SHARE for line in inner
    )
    if not is_sharp or count < FEWEST_LINES:
        return 0
    mixed = (_colour_share(line, colour, INNER_TOLERANCE) >= MIXED_SHARE for line in inner)
    return count + next((n for n, is_mixed in enumerate(mixed) if not is_mixed), 0)


def _colour_share(line: NDArray[np.int16], colour: NDArray[np.float64], tolerance: int) -> float:
    """Return the share of a line that has a colour."""
    return float((np.abs(line - colour).max(axis=1) <= tolerance).mean())


def _made_square(picture: Image.Image, way: str) -> Image.Image:
    width, height = picture.size
    if way == "squash":
        return picture.resize((max(picture.size),) * 2, Image.Resampling.BICUBIC)
    side = min(picture.size) if way == "crop" else max(picture.size)
    left, top = (width - side) // 2, (height - side) // 2
    if way == "crop":
        return picture.crop((left, top, left + side, top + side))
    ground = Image.new("RGB", (side, side), PAD_COLOUR)
    ground.paste(picture, (-left, -top))
    return ground
