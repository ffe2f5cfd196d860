"""What recordings sound like in a few numbers, each read once: loudness, clipping, silence, spectral shape; it judges nothing."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from bigmodel.core.callbacks import OnShare

FRAME, HOP = 512, 256  # samples
LONGEST_S = 60  # of a recording is listened to
BANDS, SLICES = 16, 24  # of the spectral shape
LOWEST_HZ, NARROW_HZ = 80.0, 3_900.0
SILENT = 3e-3  # of full scale (about -50 dB), root mean square of a frame
FULL, RUN = 0.985, 3  # of full scale; so many samples in a row are clipped
SAME = 0.995  # cosine of two spectral shapes
SAME_LENGTH = 0.06  # share by which the lengths of one sound may differ
CHUNK = 512

Small = NDArray[np.float32]


@dataclass(frozen=True)
class Hearing:
    """Recordings in numbers, (recordings,) each.

    `shape` is the loudness of bands over slices of the time that is not silent, (recordings, SLICES * BANDS), of
    length 1; `silence` the share of silent frames, `clipped` that of samples at full scale, `high` that of energy
    above `NARROW_HZ`.
    """

    seconds: Small
    shape: Small
    silence: Small
    clipped: Small
    high: Small


def hear(files: Sequence[Path], tell: OnShare) -> Hearing:
    """Read recordings by several threads and return what they sound like."""
    count = len(files)
    numbers = np.zeros((count, 4), np.float32)
    shape = np.zeros((count, SLICES * BANDS), np.float32)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for at, (found, form) in enumerate(pool.map(_heard, files)):
            numbers[at], shape[at] = found, form
            tell(at / max(1, count))
    return Hearing(numbers[:, 0], shape, numbers[:, 1], numbers[:, 2], numbers[:, 3])


def _heard(file: Path) -> tuple[Small, Small]:
    with soundfile.SoundFile(file) as sound:
        rate, length = sound.samplerate, len(sound)
        samples = sound.read(min(length, LONGEST_S * rate), dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    mono = np.pad(mono, (0, max(0, FRAME - len(mono))))
    frames = np.lib.stride_tricks.sliding_window_view(mono, FRAME)[::HOP]
    loud = np.sqrt((frames**2).mean(axis=1))
    is_heard = loud >= SILENT
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2
    hertz = np.fft.rfftfreq(FRAME, 1 / rate)
    total = float(power[:, hertz > LOWEST_HZ].sum())
    high = float(power[:, hertz > NARROW_HZ].sum()) / total if total else 0.0
    numbers = [length / rate, 1 - is_heard.mean(), _clipped(mono), high]
    return np.array(numbers, np.float32), _shape(power, hertz, is_heard)


def _clipped(mono: Small) -> float:
    """Return the share of samples that stand at full scale several times in a row."""
    peak = float(np.abs(mono).max(initial=0.0))
    if peak < FULL:
        return 0.0
    is_full = np.abs(mono) >= FULL * peak
    runs = np.lib.stride_tricks.sliding_window_view(is_full, RUN).all(axis=1)
    return float(runs.mean())


def _shape(power: Small, hertz: NDArray[np.float64], is_heard: NDArray[np.bool_]) -> Small:
    """Return the spectral shape of what is heard, of length 1; zeros where nothing is."""
    heard = np.flatnonzero(is_heard)
    if not len(heard):
        return np.zeros(SLICES * BANDS, np.float32)
    power = power[heard[0] : heard[-1] + 1]
    edges = np.geomspace(LOWEST_HZ, hertz[-1], BANDS + 1)
    places = np.clip(np.searchsorted(hertz, edges), 1, len(hertz) - 1)
    bands = np.log10(np.add.reduceat(power, places[:-1], axis=1) + 1e-6)
    steps = np.linspace(0, len(bands), SLICES + 1).astype(int)
    parts = [bands[a : max(b, a + 1)].mean(axis=0) for a, b in pairwise(steps)]
    form = np.array(parts, np.float32).ravel()
    form -= form.mean()
    length = float(np.linalg.norm(form))
    return form / length if length else form


def same_sounds(heard: Hearing) -> Iterator[tuple[int, int]]:
    """Yield pairs of recordings that sound the same, whatever their loudness; the later one comes second."""
    for start in range(0, len(heard.shape), CHUNK):
        alike = heard.shape[start : start + CHUNK] @ heard.shape[: start + CHUNK].T
        for row, other in np.argwhere(alike >= SAME):
            left, right = int(other), int(row) + start
            long, short = heard.seconds[left], heard.seconds[right]
            if left < right and abs(long - short) <= SAME_LENGTH * max(long, short):
                yield left, right
