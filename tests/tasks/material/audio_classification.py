"""Recordings of three sounds."""

from pathlib import Path
from typing import ClassVar

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.sounds import sound_data
from tests.fakes.tiny_wav2vec import write_tiny_wav2vec
from tests.tasks.material import Material, folder_base


class OfAudioClassification(Material):
    small: ClassVar = {"clip_s": 0.3}

    def data(self, folder: Path, rows: int) -> TaskData:
        return sound_data(folder, rows=rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "wav2vec", write_tiny_wav2vec)


MATERIAL = OfAudioClassification()
