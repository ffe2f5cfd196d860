"""Recordings of a made-up voice in noise, and their clean twins: real files, nobody has to speak."""

from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.data.media.audio import write_sound
from bigmodel.data.media.noise import made as noises
from bigmodel.data.media.noise.made import Floats

RATE_HZ = 16_000
SNR_DB = 3.0


def noisy_data(folder: Path, *, rows: int = 40, seconds: float = 0.8) -> TaskData:
    """Return pairs of recordings; an eighth is held out for validation and another for the test."""
    held = max(2, rows // 8)
    pairs = [write_pair(folder, f"{n:03d}", seconds=seconds, seed=n) for n in range(rows)]
    cuts = ((2 * held, rows), (0, held), (held, 2 * held))
    parts = [
        Rows(
            [f"row {n}" for n in range(start, end)],
            [str(noisy) for noisy, _ in pairs[start:end]],
            [str(clean) for _, clean in pairs[start:end]],
        )
        for start, end in cuts
    ]
    return TaskData(*parts)


def write_pair(
    folder: Path, name: str, *, seconds: float = 0.8, seed: int = 0
) -> tuple[Path, Path]:
    """Write a recording with steady noise and without, in folders called noisy and clean."""
    dice = np.random.default_rng(seed)
    clean = voice(seconds, dice)
    made = noises.mixed(clean, noises.pink(len(clean), dice), SNR_DB)
    places = [folder / kind / f"{name}.flac" for kind in ("noisy", "clean")]
    for place, sound in zip(places, made, strict=True):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(write_sound(sound))
    return places[0], places[1]


def voice(seconds: float, dice: np.random.Generator) -> Floats:
    """Return something like a voice: overtones of a pitch that glides, louder at two formants, in syllables with pauses."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    pitch = dice.uniform(100, 220) * (1 + 0.1 * np.sin(2 * np.pi * dice.uniform(0.5, 2) * time))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    formants = dice.uniform([400, 1_200], [800, 2_400])
    made = np.zeros(len(time))
    for number in range(1, 25):
        loud = sum(np.exp(-(((number * pitch - at) / 250) ** 2)) for at in formants)
        made += loud * np.sin(number * phase)
    syllables = np.clip(np.sin(2 * np.pi * dice.uniform(2.5, 4) * time), 0, None)
    spoken: Floats = (0.1 * made * syllables).astype(np.float32)
    return spoken
