"""Made-up voices in steady noise, with their clean twins."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import numpy as np

from bigmodel.answers.enhanced import Enhanced
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Form, Rows, Summary, TaskData
from bigmodel.data.media.audio import read_sound
from bigmodel.metrics.sound.measures import si_sdr
from tests.fakes.noisy import noisy_data
from tests.tasks.material import Material


class OfSpeechEnhancement(Material):
    small: ClassVar = {"piece_s": 0.3, "batch_size": 150}
    bases = ("scratch",)
    rounds = 3
    suits = Summary(
        1000, 1000, ("file", "clean", "seconds"), {}, {},
        medium="audio", form=Form.PAIRED, target="clean",
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return noisy_data(folder, rows=rows // 2)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        sounds = [BytesIO(answer.cleaned) for answer in answers if isinstance(answer, Enhanced)]
        files = [
            (Path(noisy), Path(clean))
            for noisy, clean in zip(rows.inputs, rows.targets, strict=True)
        ]
        gains = [
            _ratio(clean, cleaned) - _ratio(clean, noisy)
            for cleaned, (noisy, clean) in zip(sounds, files, strict=True)
        ]
        return sum(gains) / len(gains) > 1


def _ratio(clean: Path, made: Path | BytesIO) -> float:
    return si_sdr(*(read_sound(sound).astype(np.float64) for sound in (clean, made)))


MATERIAL = OfSpeechEnhancement()
