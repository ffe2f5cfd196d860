"""Texts and a number that their words make."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.tasks.material import Material, folder_base


class OfTextRegression(Material):
    instant_rows = 375
    suits = Summary(
        1000, 1000, ("text", "target"), {str(value): 10 for value in range(100)}, {},
        number_share=1.0, target="number",
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return text_data("number", 2 * rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "bert", write_tiny_bert)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        values = np.array([float(value) for value in rows.targets])
        errors = np.array([answer.value for answer in answers]) - values
        return bool((errors**2).mean() < 0.5 * values.var())


MATERIAL = OfTextRegression()
