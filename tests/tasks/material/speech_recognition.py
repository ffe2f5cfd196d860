"""Recordings of words that are spelled in tones."""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, TaskData
from tests.fakes.spoken import spoken_data
from tests.tasks.material import Material, share_right


class OfSpeechRecognition(Material):
    bases = ("scratch",)

    def data(self, folder: Path, rows: int) -> TaskData:
        return spoken_data(folder, rows=rows)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        return share_right(answers, rows) > 0.5


MATERIAL = OfSpeechRecognition()
