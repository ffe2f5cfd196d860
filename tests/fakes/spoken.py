"""Recordings made of tones, one a letter, that a model can learn to write down: real files, no speaker needed."""

import wave
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import Rows, TaskData

RATE_HZ = 16_000
TONES_HZ = {"a": 300.0, "b": 700.0, "o": 1_300.0, "n": 2_300.0, "是": 3_500.0, "不": 5_200.0}
LETTER_S, PAUSE_S = 0.09, 0.16


def spoken_data(
    folder: Path, words: tuple[str, ...] = ("ab", "no"), *, rows: int = 40, each: int = 2
) -> TaskData:
    """Return recordings of `each` random words, an eighth held out for validation and another for the test."""
    dice = np.random.default_rng(0)
    held = max(2, rows // 8)
    texts = [" ".join(dice.choice(words, each)) for _ in range(rows)]
    paths = [write_spoken(folder / f"{n}.wav", text, seed=n) for n, text in enumerate(texts)]
    whole = Rows([f"row {n}" for n in range(rows)], [str(path) for path in paths], texts)
    return TaskData(
        _part(whole, 2 * held, rows), _part(whole, 0, held), _part(whole, held, 2 * held)
    )


def write_spoken(path: Path, text: str, *, seed: int = 0) -> Path:
    """Write a WAV in which every letter is a tone and every space a pause, in a little noise."""
    dice = np.random.default_rng(seed)
    pause = np.zeros(int(PAUSE_S * RATE_HZ))
    parts = [pause]
    for letter in text:
        if letter == " ":
            parts.append(pause)
            continue
        time = np.arange(int(LETTER_S * RATE_HZ * dice.uniform(0.9, 1.1))) / RATE_HZ
        parts.append(0.3 * np.sin(2 * np.pi * TONES_HZ[letter] * dice.uniform(0.98, 1.02) * time))
    sound = np.concatenate([*parts, pause])
    sound += dice.normal(0, 0.002, len(sound))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes())
    return path


def _part(rows: Rows, start: int, end: int) -> Rows:
    return Rows(rows.ids[start:end], rows.inputs[start:end], rows.targets[start:end])
