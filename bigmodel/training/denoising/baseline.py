"""The model that stands in seconds: a Wiener filter set by the training rows; it never needs torch, and may leave recordings as they are."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import loading_model
from bigmodel.core.task import Reporter
from bigmodel.metrics.sound.measures import si_sdr
from bigmodel.training.denoising.cleaning import SoundPredictor, blended
from bigmodel.training.denoising.pairs import Twins, read_twins
from bigmodel.training.denoising.spectra import Floats
from bigmodel.training.denoising.wiener import Wiener

RECORD = "instant_clean.json"
MOST_READ = 24  # training rows that set the rule
SECONDS = 6.0  # of each
OVER = (0.5, 1.0, 2.0, 3.5)
STRENGTHS = (0.7, 0.85, 1.0)
NOTHING = Wiener(1.0, 0.0)


def train_instant(data: TaskData, folder: Path, report: Reporter) -> None:
    """Set the rule by which training rows become clearest; where none does, it does nothing."""
    twins = read_twins(data.train, report, most=MOST_READ, phase="instant", longest_s=SECONDS)
    best, most = NOTHING, 0.0
    for step, over in enumerate(OVER, start=1):
        made = [Wiener(over).clean(sound) for sound in twins.noisy]
        for strength in STRENGTHS:
            pairs = zip(twins.noisy, made, strict=True)
            gain = _gain([blended(*pair, strength) for pair in pairs], twins)
            if gain > most:
                best, most = Wiener(over, strength), gain
        report.step(phase="instant", step=step, steps=len(OVER))
    (folder / RECORD).write_text(json.dumps({"v": 1, "wiener": asdict(best)}), "utf-8")


def is_instant(folder: Path) -> bool:
    """Tell whether a folder holds such a model."""
    return (folder / RECORD).is_file()


def load_baseline(folder: Path) -> SoundPredictor:
    """Load a model that `train_instant` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        rule = Wiener(**json.loads((folder / RECORD).read_text("utf-8"))["wiener"])
    return SoundPredictor(rule.clean, folder)


def _gain(made: Sequence[Floats], twins: Twins) -> float:
    """Return the mean gain in SI-SDR, in dB."""
    found = [
        _ratio(clean, cleaned) - _ratio(clean, noisy)
        for cleaned, noisy, clean in zip(made, twins.noisy, twins.clean, strict=True)
    ]
    return float(np.nanmean(found)) if np.isfinite(found).any() else 0.0


def _ratio(clean: Floats, made: Floats) -> float:
    return si_sdr(clean.astype(np.float64), made.astype(np.float64))
