"""Plain enlarging of pictures and what can be told of one without a model: numpy and Pillow alone, it must never import torch."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BLOCK, CALM = 8, 0.01  # pixels of a side, and the share of blocks in which noise is looked for
CALM_SHOWS = 0.66  # of pure noise, the calmest of a hundred blocks
CUT, MOST_CUT = 8, 0.1  # of 255, from black and from white; and the share of such places in a block

Pixels = NDArray[np.uint8]  # (height, width, 3)


def enlarged(pixels: Pixels, scale: int) -> Pixels:
    """Return a picture enlarged by bicubic interpolation."""
    if scale == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (width * scale, height * scale)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def shrunk(pixels: Pixels, scale: int) -> Pixels:
    """Return a picture made smaller by bicubic interpolation over whole areas, as benchmarks of enlarging are made."""
    if scale == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (width // scale, height // scale)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def fitting(pixels: Pixels, scale: int) -> Pixels:
    """Return a picture without the last rows and columns that do not divide; one of fewer pixels than `scale` repeats its edge."""
    lacking = [(0, max(0, scale - side)) for side in pixels.shape[:2]]
    whole = np.pad(pixels, (*lacking, (0, 0)), "edge") if any(n for _, n in lacking) else pixels
    height, width = (side - side % scale for side in whole.shape[:2])
    return whole[:height, :width]


def noise_of(pixels: Pixels) -> float:
    """Return how noisy a picture seems: the standard deviation of its brightness where it is flattest.

    That of Immerkaer 1996 (differences that even edges do not show), in blocks of which the calmest of a hundred
    counts: fine texture fills a fifth of many photos and was taken for noise. Where all is black or white, noise is
    cut off.
    """
    y = pixels.astype(np.float32).mean(axis=2)
    if min(y.shape) < 3:
        return 0.0
    across = y[:, :-2] - 2 * y[:, 1:-1] + y[:, 2:]
    shown = _blocks(np.abs(across[:-2] - 2 * across[1:-1] + across[2:]))
    cut = np.abs(y[1:-1, 1:-1] - 127.5) > 127.5 - CUT
    is_whole = _blocks(cut.astype(np.float32)) <= MOST_CUT
    calm = np.quantile(shown[is_whole] if is_whole.any() else shown, CALM)
    return float(np.sqrt(np.pi / 2) * calm / 6 / CALM_SHOWS)


def _blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the means of blocks, (high, wide)."""
    high, wide = (max(1, side // BLOCK) for side in values.shape)
    down, right = (min(BLOCK, side) for side in values.shape)
    parts = values[: high * down, : wide * right].reshape(high, down, wide, right)
    found: NDArray[np.float32] = parts.mean(axis=(1, 3))
    return found
