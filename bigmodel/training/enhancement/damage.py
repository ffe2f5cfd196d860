"""Made damage: blur, noise and JPEG blocks, by a handle from 0 to 1, before or beside making a picture smaller; it must never import torch."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from bigmodel.training.enhancement.plain import Pixels, shrunk

SPARED = 0.3  # of the pictures learned from stay undamaged, so that good photos are not made worse
BLUR, NOISE = 1.5, 25.0  # at most: pixels of the smaller picture, and of 255
BEST_JPEG, WORST_JPEG = 95, 25
SHARE = 0.6  # of damaged pictures have each kind


@dataclass(frozen=True)
class Damage:
    """How much of each: `blur` in pixels of the picture that comes out, `noise` of 255, `jpeg` its quality (0: none)."""

    blur: float = 0.0
    noise: float = 0.0
    jpeg: int = 0


def drawn(handle: float, dice: np.random.Generator, *, spared: float = SPARED) -> Damage:
    """Return some damage of at most this strength; a share of pictures is spared."""
    chances, amounts = dice.random(4), dice.random(3)
    if handle == 0 or chances[0] < spared:
        return Damage()
    has = chances[1:] < SHARE
    if not has.any():
        has[int(amounts[0] * 3)] = True
    quality = BEST_JPEG - handle * amounts[2] * (BEST_JPEG - WORST_JPEG)
    return Damage(
        BLUR * handle * amounts[0] * bool(has[0]),
        NOISE * handle * amounts[1] * bool(has[1]),
        round(quality) * bool(has[2]),
    )


def damaged(pixels: Pixels, scale: int, damage: Damage, dice: np.random.Generator) -> Pixels:
    """Return a clear picture made smaller and damaged, as a camera would: blurred, taken, noisy, and stored."""
    if damage.blur:
        blur = ImageFilter.GaussianBlur(float(damage.blur * scale))
        pixels = np.asarray(Image.fromarray(pixels).filter(blur))
    made = shrunk(pixels, scale)
    if damage.noise:
        noise = dice.normal(0, damage.noise, made.shape)
        made = (made + noise).round().clip(0, 255).astype(np.uint8)
    if damage.jpeg:
        buffer = BytesIO()
        Image.fromarray(made).save(buffer, "JPEG", quality=damage.jpeg)
        made = np.asarray(Image.open(buffer).convert("RGB"))
    return made
