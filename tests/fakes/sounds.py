"""Recordings of three made-up sounds that a model can tell apart: real files, no microphone needed."""

import wave
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import Rows, TaskData

RATE_HZ = 16_000
LABELS = ("buzz", "chirp", "hiss")


def sound_data(folder: Path, *, rows: int = 48, seconds: float = 0.3) -> TaskData:
    """Return recordings of the three sounds in turn; a sixth is held out for validation and another for the test."""
    held = rows // 6
    labels = [LABELS[number % len(LABELS)] for number in range(rows)]
    paths = [
        write_sound(folder / f"{n}.wav", label, seconds=seconds, seed=n)
        for n, label in enumerate(labels)
    ]
    cuts = ((2 * held, rows), (0, held), (held, 2 * held))
    parts = [
        Rows(
            [f"row {n}" for n in range(start, end)],
            [str(p) for p in paths[start:end]],
            labels[start:end],
        )
        for start, end in cuts
    ]
    return TaskData(*parts, labels=LABELS)


def write_sound(path: Path, label: str, *, seconds: float = 0.3, seed: int = 0) -> Path:
    """Write a WAV of one sound, a little longer or shorter, at a pitch of its own."""
    dice = np.random.default_rng(seed)
    time = np.arange(int(seconds * dice.uniform(0.8, 1.2) * RATE_HZ)) / RATE_HZ
    pitch = dice.uniform(0.9, 1.1)
    made = {
        "buzz": np.sign(np.sin(2 * np.pi * 180 * pitch * time)),
        "chirp": np.sin(2 * np.pi * pitch * (800 + 1_500 * time / seconds) * time),
        "hiss": dice.normal(0, 1, len(time)),
        "bell": np.exp(-8 * time) * np.sin(2 * np.pi * 4_000 * pitch * time),
    }[label]
    sound = 0.2 * made + dice.normal(0, 0.002, len(time))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes())
    return path
