"""Noise taken out by a rule that learns nothing: a Wiener filter with a noise floor from each recording itself; numpy alone.

The a-priori ratio is followed as in Ephraim and Malah 1984 (decision-directed); the floor is a low percentile of each
pitch over some seconds, as a simple form of minimum statistics (Martin 2001).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.denoising.spectra import HOP, Floats, sound_of, spectra_of

FOLLOW = 0.98  # weight of the frame before in the a-priori ratio
SPAN = 4 * 16_000 // HOP  # frames over which the floor is looked for
PERCENT = 20.0
LOWEST_GAIN = 0.1  # amplitude: nothing is made softer than by 20 dB
TINY = 1e-10


@dataclass(frozen=True)
class Wiener:
    """How the rule is set: `over` multiplies the noise floor, `strength` is the share of the result that is mixed in."""

    over: float = 2.0
    strength: float = 1.0

    def clean(self, noisy: Floats) -> Floats:
        """Return a recording with less noise, in step with what came."""
        if self.strength == 0 or not len(noisy):
            return noisy
        spectra = spectra_of(noisy)
        made = sound_of(spectra * gains(np.abs(spectra) ** 2, self.over), len(noisy))
        mixed: Floats = self.strength * made + (1 - self.strength) * noisy
        return mixed.astype(np.float32)


def gains(power: NDArray[np.float32], over: float) -> NDArray[np.float32]:
    """Return what amplitudes are multiplied with, (bins, frames), of their power."""
    ratio = power / (over * floor(power) + TINY)  # a-posteriori
    made = np.empty_like(power)
    before = np.maximum(ratio[:, 0] - 1, 0)
    for place in range(power.shape[1]):
        heard = np.maximum(ratio[:, place] - 1, 0)
        prior = FOLLOW * before + (1 - FOLLOW) * heard
        gain = np.maximum(prior / (1 + prior), LOWEST_GAIN)
        made[:, place] = gain
        before = gain**2 * ratio[:, place]
    return made


def floor(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power of the noise, (bins, frames): steady over each span, drawn on between their middles."""
    frames = power.shape[1]
    starts = list(range(0, max(1, frames - SPAN // 2), SPAN // 2))
    found = [np.percentile(power[:, s : s + SPAN], PERCENT, axis=1) for s in starts]
    middles = [s + min(SPAN, frames - s) / 2 for s in starts]
    at = np.arange(frames)
    place = np.interp(at, middles, np.arange(len(middles)))
    low = place.astype(int)
    high = np.minimum(low + 1, len(middles) - 1)
    by = (place - low).astype(np.float32)
    floors = np.stack(found, axis=1).astype(np.float32)
    drawn: NDArray[np.float32] = floors[:, low] * (1 - by) + floors[:, high] * by
    return drawn
