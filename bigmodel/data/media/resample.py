"""Changes the sampling rate of a sound, block by block, with soxr; it never holds a whole recording."""

from math import ceil

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class Resampler:
    """Turns blocks of one mono sound at `source_rate` into blocks at `target_rate`."""

    def __init__(self, source_rate: int, target_rate: int) -> None:
        self._stream = soxr.ResampleStream(source_rate, target_rate, 1, "float32", "VHQ")
        self._share = target_rate, source_rate
        self._taken = self._made = 0

    def feed(self, block: Samples) -> Samples:
        """Return what can be said after this block."""
        self._taken += len(block)
        return self._counted(self._stream.resample_chunk(block))

    def finish(self) -> Samples:
        """Return the rest; as long in seconds as all that was fed."""
        target, source = self._share
        left = ceil(self._taken * target / source) - self._made
        rest = self._counted(self._stream.resample_chunk(np.zeros(0, np.float32), last=True))
        return np.pad(rest, (0, max(0, left - len(rest))))[: max(0, left)]

    def _counted(self, made: Samples) -> Samples:
        self._made += len(made)
        return made


def resample(samples: Samples, source_rate: int, target_rate: int) -> Samples:
    """Return a whole sound at another rate."""
    resampler = Resampler(source_rate, target_rate)
    return np.concatenate([resampler.feed(samples), resampler.finish()])
