"""Pictures of stripes to make more of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bigmodel.answers.made import ANSWER
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Form, Rows, Summary, TaskData
from bigmodel.core.task import Medium
from tests.fakes.pictures import picture_data
from tests.tasks.material import Material


class OfImageGeneration(Material):
    small: ClassVar = {"pixels": 16, "averaging": 0.5}
    bases = ("scratch",)
    rounds = 4
    suits = Summary(
        1000, 1000, ("file",), {}, {}, medium=Medium.IMAGE, form=Form.FILES, target="none"
    )

    def data(self, folder: Path, rows: int) -> TaskData:
        return picture_data(folder, 4 * rows)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        found = ANSWER.headline(rows.targets, answers, ())
        return found["judged_right"] > 0.8 and found["copied"] == 0

    def are_alike(self, one: Any, other: Any) -> bool:
        """Tell whether answers are the same but for rounding, of bytes too: those of pictures."""
        if isinstance(one, bytes):
            pictures = [np.frombuffer(side, np.uint8).astype(int) for side in (one, other)]
            return len(one) == len(other) and bool(
                np.abs(pictures[0] - pictures[1]).max(initial=0) < 2
            )
        return super().are_alike(one, other)


MATERIAL = OfImageGeneration()
