"""Recordings of three made-up voices."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from bigmodel.answers.speaker import Speaker
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Form, Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.sounds import sound_data
from tests.fakes.tiny_wav2vec import write_tiny_wav2vec
from tests.tasks.material import Material, folder_base


class OfSpeakerRecognition(Material):
    small: ClassVar = {"clip_s": 0.3}
    suits = Summary(
        1000, 1000, ("file", "class", "seconds"), {"Ann": 500, "Ben": 500}, {},
        medium="audio", form=Form.FOLDERS, target="speaker",
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return sound_data(folder, rows=rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "wav2vec", write_tiny_wav2vec)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        likest = [answer.likest for answer in answers if isinstance(answer, Speaker)]
        return likest == list(rows.targets)


MATERIAL = OfSpeakerRecognition()
