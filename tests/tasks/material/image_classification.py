"""Pictures of stripes that lie and that stand."""

from pathlib import Path
from typing import ClassVar

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.pictures import picture_data
from tests.fakes.tiny_vision import write_tiny_timm
from tests.tasks.material import Material, folder_base


class OfImageClassification(Material):
    small: ClassVar = {"pixels": 32}

    def data(self, folder: Path, rows: int) -> TaskData:
        return picture_data(folder, 2 * rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "timm", write_tiny_timm)


MATERIAL = OfImageClassification()
