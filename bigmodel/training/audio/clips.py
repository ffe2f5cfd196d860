"""Recordings in memory as log-mel pictures, and how they are varied in training; it draws from no shared generator.

Features are computed once. Every variation is a pure function of (seed, epoch, row), so a training goes on
anywhere. Masks as in SpecAugment (Park et al. 2019); noise is added where it is cheap: powers of independent
sounds add up in every band.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchaudio.transforms import MelSpectrogram

from bigmodel.training.audio.features import (
    BANDS,
    FFT,
    FLOOR,
    FRAME,
    HIGHEST_HZ,
    HOP,
    LOWEST_HZ,
    RATE_HZ,
    Floats,
)
from bigmodel.training.loop.examples import Batch

MOST_GAIN = 2.0  # natural logarithm of power: about 9 dB louder or softer
MOST_NOISE_DB, LEAST_NOISE_DB = -5.0, -45.0  # against the mean power of the recording
MOST_MASK = 0.4  # of the bands or frames, in two pieces
SILENCE = float(np.log(FLOOR))


@dataclass(frozen=True)
class AugmentConfig:
    """How much recordings are varied, each from 0 (not at all) to 1."""

    noise: float = 0.0
    masks: float = 0.0
    shift: float = 0.0
    gain: float = 0.0


class Clips:
    """Log-mel frames of recordings, seen through a window of so many frames."""

    def __init__(
        self,
        mels: Sequence[Floats],
        targets: Tensor,
        *,
        frames: int,
        seed: int = 0,
        variation: AugmentConfig | None = None,
    ) -> None:
        """Keep the frames. mels: one (frames, BANDS) a recording."""
        self.mels, self.targets, self.frames = mels, targets, frames
        self._seed, self._variation = seed, variation

    @property
    def lengths(self) -> list[int]:
        """Every recording is seen through the same window."""
        return [self.frames] * len(self.mels)

    def batch(
        self, rows: Sequence[int], device: torch.device | str = "cpu", epoch: int | None = None
    ) -> Batch:
        """Return `sounds`, (rows, 1, frames, BANDS); with an epoch, as that epoch varies them."""
        made = np.stack([self._see(row, epoch) for row in rows])
        sounds = torch.from_numpy(made[:, None]).to(device, non_blocking=True)
        return Batch({"sounds": sounds}, self.targets[rows].to(device))

    def _see(self, row: int, epoch: int | None) -> Floats:
        if epoch is None or self._variation is None:
            return window(self.mels[row], self.frames, 0.5)
        random = np.random.default_rng([self._seed, epoch, row])
        return augment(self.mels[row], self.frames, self._variation, random)


def make_frontend() -> Callable[[Floats], Floats]:
    """Return what turns levelled samples into log-mel frames, (frames, BANDS)."""
    mel = MelSpectrogram(
        RATE_HZ, n_fft=FFT, win_length=FRAME, hop_length=HOP, n_mels=BANDS, f_min=LOWEST_HZ,
        f_max=HIGHEST_HZ, pad_mode="constant",
    )  # fmt: skip

    def listen(clip: Floats) -> Floats:
        frames: Floats = torch.log(mel(torch.from_numpy(clip)) + FLOOR).T.contiguous().numpy()
        return frames

    return listen


def frames_of(seconds: float) -> int:
    """Return how many frames so many seconds become."""
    return max(8, int(seconds * RATE_HZ) // HOP + 1)


def window(mel: Floats, frames: int, place: float) -> Floats:
    """Return so many frames: a cut where there are more, silence around where there are fewer. place: 0 to 1."""
    spare = frames - len(mel)
    start = round(abs(spare) * place)
    if spare <= 0:
        return mel[start : start + frames]
    return np.pad(mel, ((start, spare - start), (0, 0)), constant_values=SILENCE)


def augment(mel: Floats, frames: int, by: AugmentConfig, random: np.random.Generator) -> Floats:
    """Return a window on a recording: shifted, louder or softer, in some noise, with parts covered."""
    place = 0.5 + 0.5 * by.shift * random.uniform(-1, 1)
    gain, noise_db = random.uniform(-1, 1), random.uniform(LEAST_NOISE_DB, MOST_NOISE_DB)
    seen = window(mel, frames, place) + np.float32(by.gain * MOST_GAIN * gain)
    is_noisy = random.random() < by.noise
    if is_noisy:
        seen = add_noise(seen, noise_db, random)
    seen = np.maximum(seen, np.float32(SILENCE))
    return cover(seen, by.masks, random)


def add_noise(mel: Floats, level_db: float, random: np.random.Generator) -> Floats:
    """Return log-mel frames with noise of a random colour. level_db: against the mean power."""
    power = np.exp(mel)
    tilt = np.linspace(-1, 1, mel.shape[1], dtype=np.float32) * np.float32(random.uniform(-2, 2))
    grain = random.standard_gamma(4.0, mel.shape, dtype=np.float32) / 4  # a band adds up few bins
    loud = np.float32(power.mean() * 10 ** (level_db / 10))
    noisy: Floats = np.log(power + loud * np.exp(tilt) * grain)
    return noisy


def cover(mel: Floats, strength: float, random: np.random.Generator) -> Floats:
    """Return frames with two bands of pitch and two moments covered by the mean."""
    covered: NDArray[np.float32] = mel.copy()
    mean = mel.mean()
    for axis in (0, 1, 0, 1):
        most = int(strength * MOST_MASK / 2 * mel.shape[axis])
        width = int(random.integers(0, most + 1))
        start = int(random.integers(0, mel.shape[axis] - width + 1))
        cut = [slice(None), slice(None)]
        cut[axis] = slice(start, start + width)
        covered[tuple(cut)] = mean
    return covered
