"""Rows of noisy recordings and their clean twins, read and brought in step; what cannot be used is left out and said. It never imports torch."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.audio import RATE, read_sound
from bigmodel.metrics.sound.alignment import in_step
from bigmodel.training.denoising.spectra import Floats

LONGEST_S = 60.0  # of a recording that is learned from: the rest of a longer one is left
SILENT = 1e-4
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
