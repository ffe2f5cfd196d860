"""Up to which noise a network is better than plain enlarging, chosen on held-out pictures: it is asked no further."""

from collections.abc import Callable, Sequence

import numpy as np

from bigmodel.metrics.pictures.fidelity import psnr
from bigmodel.training.enhancement.damage import Damage, damaged
from bigmodel.training.enhancement.net import Enhancer, Span, enhanced
from bigmodel.training.enhancement.plain import enlarged, noise_of
from bigmodel.training.enhancement.read import Photos

MOST_PICTURES, MOST_SIDE = 12, 128  # that it is tried on, and of what is given of each
# What photos of people are like: clear, noisy, or stored as JPEG.
CONDITIONS = (
    Damage(), Damage(noise=5), Damage(noise=10), Damage(noise=15), Damage(noise=25),
    Damage(jpeg=90), Damage(jpeg=70), Damage(jpeg=50),
)  # fmt: skip
AS_THEY_ARE = (
    len(CONDITIONS) - 1
)  # what a picture as people bring it counts for, beside one damaged on purpose
Tried = tuple[float, float]  # noise of what is given, and the gain in dB times what it counts for


def tried(
    net: Enhancer | Span, photos: Photos, device: str, say: Callable[[], None]
) -> list[Tried]:
    """Return how noisy held-out pictures are and what the network gains on them: pairs as they are, others under every condition."""
    scale, found = photos.scale, []
    for row in range(min(MOST_PICTURES, len(photos))):
        given, clear = photos.pair(row)
        clear = clear[: MOST_SIDE * scale, : MOST_SIDE * scale]
        sides = tuple(length // scale for length in clear.shape[:2])
        lows = [given[: sides[0], : sides[1]]] if given is not None else [
            damaged(clear, scale, damage, np.random.default_rng(row)) for damage in CONDITIONS
        ]  # fmt: skip
        for at, low in enumerate(lows):
            say()
            plain = enlarged(low, scale)
            made = enhanced(net, low, plain, scale, device)
            gain = psnr(clear, made, scale) - psnr(clear, plain, scale)
            found.append((noise_of(low), gain if at else gain * AS_THEY_ARE))
    return found


def limit_of(found: Sequence[Tried]) -> float | None:
    """Return the noise up to which the gains add up to most; None where there is no need for a limit, -1 for never."""
    if not found:
        return None
    noises, gains = np.array(sorted(found)).T
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    best = int(len(sums) - 1 - sums[::-1].argmax())  # among equals, the most pictures
    if best == len(gains):
        return None
    if best == 0:
        return -1.0
    return float((noises[best - 1] + noises[best]) / 2)
