"""Rows of a text, a number, a picture and a recording, in two classes."""

from pathlib import Path
from typing import ClassVar

from bigmodel.core.datasets.dataset import Summary, TaskData
from tests.fakes.several import several_data
from tests.tasks.material import Material


class OfFusion(Material):
    small: ClassVar = {"hidden": 8}
    bases = ("scratch",)
    suits = Summary(
        1000, 1000, ("note", "photo", "label"), {"calm": 500, "loud": 500}, {}, target="fused"
    )

    def data(self, folder: Path, rows: int) -> TaskData:
        return several_data(folder, rows=rows)


MATERIAL = OfFusion()
