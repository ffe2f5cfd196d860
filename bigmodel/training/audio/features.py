"""Recordings to a few hundred numbers each, in numpy alone; it must never import torch, and keeps no recording in memory.

Cepstral coefficients as in Davis and Mermelstein 1980: mel bands of short frames, their logarithm, a cosine transform.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bigmodel.data.media.audio import read_sound

RATE_HZ = 16_000
FRAME, HOP, FFT = 400, 160, 512  # samples: frames of 25 ms, one every 10 ms
BANDS, COEFFICIENTS = 40, 20
LOWEST_HZ, HIGHEST_HZ = 20.0, 7_600.0
FLOOR = (
    1e-2  # of the power of a band, in a recording of loudness 1: what is below counts as silence
)
SEGMENTS = 6  # parts of a recording whose means are told apart
FEATURES = COEFFICIENTS * (4 + SEGMENTS)
SHORTEST_S, LONGEST_S = 0.5, 10.0  # of the window a model listens through

Floats = NDArray[np.float32]


def read_clip(path: str) -> Floats:
    """Return a recording at 16 kHz, brought to loudness 1 (silence stays silent).

    Raises:
        DatasetError: `sound_*`, with the reason.
    """
    return level(read_sound(Path(path), RATE_HZ))


def level(samples: Floats) -> Floats:
    """Return samples around 0 with a root mean square of 1."""
    centred = samples - samples.mean(dtype=np.float64)
    loudness = float(np.sqrt(np.square(centred, dtype=np.float64).mean()))
    levelled: Floats = (centred / max(loudness, 1e-4)).astype(np.float32)
    return levelled


def describe(clip: Floats) -> Floats:
    """Return FEATURES numbers: means, spreads and changes of the coefficients, and their course in six parts."""
    found = cepstrum(clip)
    if len(found) < SEGMENTS:
        found = np.pad(found, ((0, SEGMENTS - len(found)), (0, 0)), mode="edge")
    change = np.gradient(found, axis=0)
    turn = np.gradient(change, axis=0)
    parts = [part.mean(axis=0) for part in np.array_split(found, SEGMENTS)]
    told = [found.mean(axis=0), found.std(axis=0), change.std(axis=0), turn.std(axis=0), *parts]
    features: Floats = np.concatenate(told).astype(np.float32)
    return features


def cepstrum(clip: Floats) -> Floats:
    """Return the cepstral coefficients of every frame, (frames, COEFFICIENTS)."""
    padded = np.pad(clip, (0, max(0, FRAME - len(clip))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), FFT)))
    bands = np.log(power.astype(np.float32) @ filters() + FLOOR)
    coefficients: Floats = bands @ cosines()
    return coefficients


@lru_cache(maxsize=1)
def filters() -> Floats:
    """Return triangles on the mel scale, (FFT // 2 + 1, BANDS)."""
    lowest, highest = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    at = np.linspace(0, RATE_HZ / 2, FFT // 2 + 1)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    triangles: Floats = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return triangles


@lru_cache(maxsize=1)
def cosines() -> Floats:
    """Return the cosine transform of type II, (BANDS, COEFFICIENTS)."""
    angles = np.outer(np.arange(BANDS) + 0.5, np.arange(COEFFICIENTS)) * np.pi / BANDS
    transform: Floats = (np.cos(angles) * np.sqrt(2 / BANDS)).astype(np.float32)
    return transform


def choose_window_s(seconds: list[float], asked: float = 0.0) -> float:
    """Return the length of the window a model listens through: as asked, or nearly all recordings whole."""
    calibration = float(np.quantile(seconds, 0.95)) if seconds else SHORTEST_S
    return round(asked or min(LONGEST_S, max(SHORTEST_S, calibration)), 2)


def spans(length: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield windows of a width over a length, each half over the one before; the last one ends at the end."""
    start = 0
    while start + width < length:
        yield start, start + width
        start += max(1, width // 2)
    yield max(0, length - width), length
