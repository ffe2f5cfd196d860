"""Rows of noisy recordings and their clean twins, read and brought in step; what cannot be used is left out and said. It never imports torch."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.audio import RATE, read_sound
from bigmodel.training.denoising.spectra import Floats

LONGEST_S = 60.0  # of a recording that is learned from: the rest of a longer one is left
SILENT = 1e-4
MOST_APART = RATE // 10  # samples that one recorder may have begun later than the other
REPORT_EVERY = 32


@dataclass(frozen=True)
class Twins:
    """Noisy recordings and their clean twins, in step."""

    noisy: list[Floats] = field(default_factory=list)
    clean: list[Floats] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.clean)

    def noises(self) -> list[Floats]:
        """Return what the noisy recordings have more than their twins, at the loudness of those."""
        found = [noisy - clean for noisy, clean in zip(self.noisy, self.clean, strict=True)]
        return [noise for noise in found if np.sqrt(np.square(noise).mean()) > SILENT]


def read_twins(
    rows: Rows, report: Reporter, *, most: int = 0, phase: str = "prepare", longest_s: float = LONGEST_S
) -> Twins:  # fmt: skip
    """Return the recordings of rows, or of so many of them, evenly chosen.

    Raises:
        TrainingError: `clips_are_unreadable`.
    """
    found, left, shifted = Twins(), 0, 0
    chosen = np.arange(len(rows))
    if most and len(rows) > most:
        chosen = np.linspace(0, len(rows) - 1, most).astype(int)
    for number, place in enumerate(chosen.tolist()):
        if number % REPORT_EVERY == 0:
            report.step(phase=phase, step=0, steps=0)
        try:
            noisy, clean = (read_sound(Path(p)) for p in (rows.inputs[place], rows.targets[place]))
        except (DatasetError, OSError):
            left += 1
            continue
        noisy, clean, by = in_step(noisy, clean)
        if np.sqrt(np.square(clean).mean()) < SILENT:
            left += 1
            continue
        shifted += by != 0
        count = int(longest_s * RATE)
        found.noisy.append(noisy[:count])
        found.clean.append(clean[:count])
    if left:
        report.note("training.note.clips_left_out", "warning", count=left)
    if shifted:
        report.note("training.note.twins_shifted", count=shifted)
    if len(rows) and not len(found):
        raise TrainingError("clips_are_unreadable")
    return found


def in_step(noisy: Floats, clean: Floats) -> tuple[Floats, Floats, int]:
    """Return both without what only one has, and by how many samples the noisy one was late (cross-correlation)."""
    by = _late(noisy, clean)
    if by > 0:
        noisy = noisy[by:]
    elif by < 0:
        clean = clean[-by:]
    count = min(len(noisy), len(clean))
    return noisy[:count], clean[:count], by


def _late(noisy: Floats, clean: Floats) -> int:
    count = max(len(noisy), len(clean))
    size = 1 << (count + MOST_APART).bit_length()
    product = np.fft.rfft(noisy, size) * np.conj(np.fft.rfft(clean, size))
    likeness = np.fft.irfft(product, size)
    near = np.concatenate([likeness[-MOST_APART:], likeness[: MOST_APART + 1]])
    best = int(near.argmax()) - MOST_APART
    return best if near.max() > 1.05 * likeness[0] else 0
