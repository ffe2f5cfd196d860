"""Recordings of words that are spelled in tones, to be said again."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import numpy as np

from bigmodel.answers.spoken import Spoken
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Form, Rows, Summary, TaskData
from bigmodel.core.task import Medium
from bigmodel.data.media.audio import read_sound
from tests.fakes.spoken import RATE_HZ, TONES_HZ, spoken_data
from tests.tasks.material import Material


class OfSpeechSynthesis(Material):
    bases: ClassVar[Sequence[str]] = ("scratch",)
    suits = Summary(
        1000, 1000, ("file", "text"), {}, {},
        medium=Medium.AUDIO, form=Form.TRANSCRIPTS, target="spoken",
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        heard = spoken_data(folder, rows=rows)
        return TaskData(*(_turned(part) for part in (heard.train, heard.validation, heard.test)))

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        """Tell whether the tones of the letters stand out of each sound, and those of the others do not."""
        return all(
            isinstance(one, Spoken) and not one.missing and _letters(one.sound) == set(text) - {" "}
            for one, text in zip(answers, rows.inputs, strict=True)
        )


def _turned(rows: Rows) -> Rows:
    return Rows(rows.ids, rows.targets, rows.inputs)


def _letters(sound: bytes) -> set[str]:
    """Return the letters whose tones are in a sound."""
    samples = read_sound(BytesIO(sound), RATE_HZ)
    power = np.abs(np.fft.rfft(samples)) ** 2
    pitch = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    shares = {
        letter: power[np.abs(pitch - tone) < 0.05 * tone].sum() / power.sum()
        for letter, tone in TONES_HZ.items()
    }
    return {letter for letter, share in shares.items() if share > 0.02}


MATERIAL = OfSpeechSynthesis()
