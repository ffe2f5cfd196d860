"""Pictures of any depth and with transparency as plain ones of 8 bits; it opens no file, so it is written into programs too."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LIGHT = 235  # of 255: what stands on transparency is hardly seen on white
GROUND = 96  # grey behind such pictures
DEPTHS = (8, 10, 12, 14, 16)  # bits of grey that devices store
SEEN = 16  # of 255: less opaque is not seen


def eight_bit(picture: Image.Image) -> Image.Image:
    """Return a picture of a mode that can be made smaller: L, RGB, RGBA or CMYK."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_deep(np.asarray(picture))
    if picture.mode in ("LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode in ("L", "RGB", "RGBA", "CMYK"):
        return picture
    return picture.convert("RGB")


def _from_deep(values: NDArray[np.generic]) -> Image.Image:
    """Return grey of more than 8 bits in 8: cameras and scanners store 10 or 12 bits in 16, the lowest ones."""
    grey = np.nan_to_num(values.astype(np.float64))
    low, high = (float(grey.min()), float(grey.max())) if grey.size else (0.0, 0.0)
    if np.issubdtype(values.dtype, np.floating) or low < 0 or high > 65_535:  # measured values
        grey = (grey - low) * (255.0 / ((high - low) or 1.0))
    else:
        grey = grey / 2 ** (bits_of(values) - 8)
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def bits_of(values: NDArray[np.generic]) -> int:
    """Return how many bits devices would store these values in; 8 bits cut from fewer leave less."""
    high = int(values.max()) if values.size else 0
    depths = DEPTHS if values.dtype != np.uint8 else (2, 4, 6, 8)
    return next(bits for bits in depths if high < 2**bits)


def on_ground(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Return a picture without transparency on white, or on grey where white would hide it, and whether it is so light."""
    alpha = picture.getchannel("A")
    seen = np.asarray(alpha) > SEEN
    is_light = False
    if seen.any() and not seen.all():
        light = np.asarray(picture.convert("RGB"))[seen].min(axis=1)
        is_light = bool(np.percentile(light, 10) >= LIGHT)
    laid = Image.new("RGB", picture.size, (GROUND,) * 3 if is_light else "white")
    laid.paste(picture, mask=alpha)
    return laid, is_light


def flat(picture: Image.Image) -> Image.Image:
    """Return a picture as RGB without transparency."""
    found = eight_bit(picture)
    return on_ground(found)[0] if found.mode == "RGBA" else found.convert("RGB")
