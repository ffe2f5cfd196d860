"""Changes the sampling rate of a sound, block by block, by a windowed sinc in numpy; it never holds a whole recording.

Source: the band-limited interpolation of J. O. Smith, "Digital Audio Resampling Home Page"; Kaiser window.
"""

from functools import lru_cache
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

ZERO_CROSSINGS = 32  # of the sinc on each side: how sharp the edge of the band is
BETA = 9.0  # Kaiser window: about 90 dB between what passes and what does not
PASSED = 0.94  # of the smaller half rate
Samples = NDArray[np.float32]


class Resampler:
    """Turns blocks of one mono sound at `source_rate` into blocks at `target_rate`."""

    def __init__(self, source_rate: int, target_rate: int) -> None:
        common = gcd(source_rate, target_rate)
        self._up, self._down = target_rate // common, source_rate // common
        self._phases = _phases(self._up, self._down)  # (up, taps)
        self._half = int(self._phases.shape[1]) // 2
        # What comes before the first sample is silence, as much as half a window needs.
        self._waiting: Samples = np.zeros(self._half - 1, np.float32)
        self._start = -(self._half - 1)  # source position of the first waiting sample
        self._taken = 0
        self._made = 0

    def feed(self, block: Samples) -> Samples:
        """Return what can be said after this block."""
        self._taken += len(block)
        if self._up == self._down:
            return block
        self._waiting = np.concatenate([self._waiting, block])
        return self._make(self._possible())

    def finish(self) -> Samples:
        """Return the rest; as long in seconds as all that was fed."""
        if self._up == self._down:
            return np.zeros(0, np.float32)
        wanted = ceil(self._taken * self._up / self._down)
        self._waiting = np.concatenate([self._waiting, np.zeros(self._half + 1, np.float32)])
        return self._make(min(wanted, self._possible()))

    def _possible(self) -> int:
        """Return how many samples in all can be made from the source that is known by now."""
        end = self._start + len(self._waiting) - self._half - 1  # last centre with a full window
        possible = (end * self._up + self._up - 1) // self._down + 1
        return max(self._made, possible)

    def _make(self, upto: int) -> Samples:
        numbers = np.arange(self._made, upto, dtype=np.int64)
        if not len(numbers):
            return np.zeros(0, np.float32)
        taps = 2 * self._half
        centres, phases = np.divmod(numbers * self._down, self._up)
        firsts = centres - (self._half - 1) - self._start  # place of each window's first sample
        windows = np.lib.stride_tricks.sliding_window_view(self._waiting, taps)
        made = np.empty(len(numbers), np.float32)
        for first in range(min(self._up, len(numbers))):  # outputs of one phase share their taps
            same = slice(first, None, self._up)
            made[same] = windows[firsts[same]] @ self._phases[phases[first]]
        self._made = upto
        self._drop(upto)
        return made

    def _drop(self, upto: int) -> None:
        """Forget the samples that no later window reaches."""
        needed = upto * self._down // self._up - (self._half - 1) - self._start
        needed = min(max(needed, 0), len(self._waiting))
        self._waiting = self._waiting[needed:]
        self._start += needed


def resample(samples: Samples, source_rate: int, target_rate: int) -> Samples:
    """Return a whole sound at another rate."""
    resampler = Resampler(source_rate, target_rate)
    return np.concatenate([resampler.feed(samples), resampler.finish()])


@lru_cache(maxsize=8)
def _phases(up: int, down: int) -> NDArray[np.float32]:
    """Return the taps of each fractional position: (up, taps), each row adding up to one."""
    cutoff = PASSED * min(1.0, up / down)  # of the source's half rate
    half = ceil(ZERO_CROSSINGS / cutoff)
    places = np.arange(-half + 1, half + 1)[None, :] - np.arange(up)[:, None] / up  # (up, taps)
    taps = np.sinc(cutoff * places) * _kaiser(places / half)
    taps /= taps.sum(axis=1, keepdims=True)
    found: NDArray[np.float32] = taps.astype(np.float32)
    found.flags.writeable = False
    return found


def _kaiser(places: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(1.0 - places**2, 0.0, 1.0)
    window: NDArray[np.float64] = np.i0(BETA * np.sqrt(inside)) / np.i0(BETA)
    return window
