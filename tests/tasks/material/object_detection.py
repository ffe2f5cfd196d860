"""Pictures with a bright thing about the middle, and its box."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from bigmodel.answers.boxes import ANSWER
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Form, Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles, Medium
from tests.fakes.boxed_pictures import boxed_data
from tests.fakes.tiny_vision import write_tiny_timm
from tests.tasks.material import Material, folder_base


class OfObjectDetection(Material):
    small: ClassVar = {"pixels": 64, "averaging": 0.5}
    bases = ("tiny",)
    suits = Summary(
        1000, 1000, ("file", "boxes"), {"bar": 500, "square": 500}, {},
        medium=Medium.IMAGE, form=Form.BOXES, target="boxes",
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return boxed_data(folder, rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "timm", write_tiny_timm)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        return ANSWER.headline(rows.targets, answers, ())["map_50"] > 0.3


MATERIAL = OfObjectDetection()
