"""Recordings to log-mel frames, and how they are varied in training; it draws from no shared generator.

Every variation of a recording is a pure function of (seed, epoch, row), so a training goes on anywhere.
SpecAugment as in Park et al. 2019, change of speed as in Ko et al. 2015.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from torchaudio.transforms import MelSpectrogram

from bigmodel.data.media.audio import read_sound

RATE_HZ = 16_000
HOP = 160  # samples a frame: 10 ms
MELS = 64
QUIET = 1e-6  # power below which everything is silence
MOST_SPEED = 0.18  # at full strength, a recording is up to this much faster or slower
MOST_SILENCE_S = 0.1  # added before and after
TIME_MASK_FRAMES = 15
SCALE = 32_767.0
MOST_LEVELLED = 500  # recordings that say how loud each band of pitch is

Samples = NDArray[np.int16]


@dataclass(frozen=True)
class AugmentConfig:
    """How much recordings are varied, each from 0 (not at all) to 1."""

    speed: float = 1.0
    noise: float = 1.0
    masks: float = 1.0


class Recordings:
    """Recordings in memory, 16 bit at 16 kHz, with the transcripts they are learned with as numbers."""

    def __init__(
        self,
        samples: Sequence[Samples],
        targets: Sequence[Sequence[int]],
        *,
        seed: int = 0,
        variation: AugmentConfig | None = None,
    ) -> None:
        self.samples, self.targets = samples, targets
        self.mean, self.spread = torch.zeros(MELS), torch.ones(MELS)
        self._seed, self.variation = seed, variation
        self._listen = make_frontend()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def lengths(self) -> list[int]:
        """Frames of every recording as it came."""
        return [frames_of(len(samples)) for samples in self.samples]

    def batch(
        self, rows: Sequence[int], device: torch.device | str = "cpu", epoch: int | None = None
    ) -> dict[str, Tensor]:
        """Return `frames` (rows, longest, mels) and their `lengths`; with an epoch, as it varies them."""
        frames = [self._frames(row, epoch) for row in rows]
        lengths = torch.tensor([len(one) for one in frames])
        return {"frames": pad_sequence(frames, batch_first=True).to(device), "lengths": lengths}

    def _frames(self, row: int, epoch: int | None) -> Tensor:
        sound = torch.from_numpy(self.samples[row].astype(np.float32) / SCALE)
        if epoch is None or self.variation is None:
            return self._level(self._listen(sound))
        random = self.rng(epoch, row)
        frames = self._level(self._listen(augment(sound, self.variation, random)))
        return mask(frames, self.variation.masks, random)

    def rng(self, epoch: int, row: int) -> np.random.Generator:
        """Return the generator of one row in one epoch: the same wherever a training goes on."""
        return np.random.default_rng([self._seed, epoch, row])

    def _level(self, frames: Tensor) -> Tensor:
        return (frames - self.mean) / self.spread

    def learn_level(self) -> None:
        """Bring every band of pitch to mean 0 and spread 1 over some of these recordings."""
        chosen = np.unique(np.linspace(0, len(self) - 1, min(len(self), MOST_LEVELLED)).astype(int))
        sounds = (torch.from_numpy(self.samples[row].astype(np.float32) / SCALE) for row in chosen)
        frames = torch.cat([self._listen(sound) for sound in sounds])
        self.mean, self.spread = frames.mean(dim=0), frames.std(dim=0) + 0.1


@cache  # its filters take longer to make than a second of sound takes to hear
def make_frontend() -> Callable[[Tensor], Tensor]:
    """Return what turns samples into log-mel frames (frames, mels), each recording brought to mean 0, spread 1."""
    mel = MelSpectrogram(
        RATE_HZ, n_fft=512, win_length=400, hop_length=HOP, n_mels=MELS, f_min=20, f_max=7_600,
        pad_mode="constant",
    )  # fmt: skip

    def listen(sound: Tensor) -> Tensor:
        frames = torch.log(mel(sound) + QUIET).T
        return (frames - frames.mean()) / (frames.std() + 1e-5)

    return listen


def frames_of(samples: int) -> int:
    """Return how many frames so many samples become."""
    return samples // HOP + 1


def augment(sound: Tensor, by: AugmentConfig, random: np.random.Generator) -> Tensor:
    """Return a recording at another speed, between moments of silence, and in some noise."""
    loudness = float(sound.std())
    if by.speed:
        speed = 1 + by.speed * MOST_SPEED * float(random.uniform(-1, 1))
        count = max(HOP, round(len(sound) / speed))
        sound = functional.interpolate(
            sound[None, None], size=count, mode="linear", align_corners=False
        )[0, 0]
        silence = random.integers(0, int(by.speed * MOST_SILENCE_S * RATE_HZ) + 1, 2).tolist()
        sound = functional.pad(sound, tuple(silence))
    if by.noise:
        level = by.noise * 10 ** float(random.uniform(-3.0, -1.0))
        noise = random.standard_normal(len(sound), dtype=np.float32)
        sound = sound + torch.from_numpy(noise) * (level * loudness)
    return sound


def mask(frames: Tensor, strength: float, random: np.random.Generator) -> Tensor:
    """Return frames with bands of pitch and moments of time taken out (set to the mean, which is 0)."""
    if not strength:
        return frames
    count, mels = frames.shape
    for _ in range(2):
        width = int(random.integers(0, round(strength * mels / 6) + 1))
        start = int(random.integers(0, mels - width + 1))
        frames[:, start : start + width] = 0
    for _ in range(max(1, count // 150)):
        width = int(random.integers(0, round(strength * min(TIME_MASK_FRAMES, count // 8)) + 1))
        start = int(random.integers(0, count - width + 1))
        frames[start : start + width] = 0
    return frames


def read_samples(path: str) -> Samples:
    """Return a recording as 16-bit samples at 16 kHz.

    Raises:
        DatasetError: `sound_*`, with the reason.
    """
    sound = read_sound(Path(path), RATE_HZ)
    samples: Samples = (np.clip(sound, -1, 1) * SCALE).astype(np.int16)
    return samples
