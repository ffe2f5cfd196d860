"""Clear pictures of hard-edged stripes, to be enlarged twice."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Form, Rows, Summary, TaskData
from bigmodel.core.task import Medium
from tests.fakes.clear_pictures import SIDE, clear_data
from tests.tasks.material import Material


class OfImageEnhancement(Material):
    small: ClassVar = {
        "patch": 16, "patches": 64, "blocks": 2, "channels": 16, "averaging": 0.5,
    }  # fmt: skip
    bases = ("scratch",)
    suits = Summary(
        1000, 1000, ("file", "clear"), {}, {},
        medium=Medium.IMAGE, form=Form.PICTURES, target="picture",
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return clear_data(folder, rows)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        return all(answer.size == (2 * SIDE, 2 * SIDE) for answer in answers)


MATERIAL = OfImageEnhancement()
