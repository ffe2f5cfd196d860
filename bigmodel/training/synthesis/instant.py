"""The voice that stands in seconds: pieces of the training recordings; it never needs torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.training.synthesis.library import (
    SYLLABLE_GAP_S,
    UNITS_RECORD,
    VOICE_HZ,
    WORD_GAP_S,
    UnitVoice,
    load_voice,
)
from bigmodel.training.synthesis.sentences import next_sentences
from bigmodel.training.synthesis.speaking import VoicePredictor
from bigmodel.training.synthesis.takes import ALONE, CUT, Take, takes_of, usual_takes
from bigmodel.training.synthesis.units import is_mandarin


def train(data: TaskData, folder: Path, report: Reporter) -> None:
    """Take pieces from the training recordings and write them into the folder.

    Raises:
        TrainingError: `recordings_are_unreadable`.
    """
    takes: list[Take] = []
    unread = 0
    for place, (text, path) in enumerate(zip(data.train.inputs, data.train.targets, strict=True)):
        report.step(phase="instant", step=place, steps=len(data.train))
        found = takes_of(path, text)
        unread += not found
        takes += found
    if not takes:
        raise TrainingError("recordings_are_unreadable")
    kept = usual_takes(takes)
    if unread:
        report.note("training.note.spoken_left_out", "warning", count=unread)
    _told(kept, report)
    voice_of(kept, data.train.inputs).save(folder)


def voice_of(takes: Sequence[Take], texts: Sequence[str]) -> UnitVoice:
    """Return a voice of one take for each run of units."""
    whole = np.concatenate([take.sound for take in takes])
    ends = np.cumsum([len(take.sound) for take in takes]).tolist()
    places = {take.key: (end - len(take.sound), end) for take, end in zip(takes, ends, strict=True)}
    single = {key for key in places if " " not in key}
    about = {"seconds": round(len(whole) / VOICE_HZ, 1), "next": next_sentences(single, texts)}
    gap = SYLLABLE_GAP_S if is_mandarin(texts) else WORD_GAP_S
    sounds = (whole.clip(-1, 1) * 32_767).astype(np.int16)
    return UnitVoice(sounds, places, gap, about)


def is_instant(folder: Path) -> bool:
    """Tell whether a folder holds such a voice."""
    return (folder / UNITS_RECORD).is_file()


def load(folder: Path) -> VoicePredictor:
    """Load a voice that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    try:
        return VoicePredictor(load_voice(folder), folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError("trained_model_cannot_be_loaded", reason=str(error)[:300]) from error


def _told(kept: Sequence[Take], report: Reporter) -> None:
    """Say how many words there are, and where they come from."""
    single = [take for take in kept if len(take.units) == 1]
    report.note(
        "training.note.spoken_units",
        count=len(single),
        alone=sum(take.origin == ALONE for take in single),
        cut=sum(take.origin == CUT for take in single),
        whole=len(kept) - len(single),
    )
