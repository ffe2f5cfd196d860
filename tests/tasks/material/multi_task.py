"""Texts with a class and a number that their words make, and rows that say nothing in one of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bigmodel.answers.columns import Several
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.columns import read_columns
from bigmodel.core.datasets.dataset import Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.tasks.material import Material, folder_base


class OfMultiTask(Material):
    instant_rows = 375
    suits = Summary(
        1000, 1000, ("text", "mood", "stars"), {"mood: good": 500, "mood: bad": 500}, {}, target="columns"
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return text_data("columns", 2 * rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "bert", write_tiny_bert)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        truth = [read_columns(target) for target in rows.targets]
        parts = [answer.parts for answer in answers if isinstance(answer, Several)]
        pairs = list(zip(truth, parts, strict=True))
        known = [(t["mood"], part["mood"].text) for t, part in pairs if t["mood"]]
        values = [(t["stars"], float(part["stars"].text)) for t, part in pairs if t["stars"] is not None]  # fmt: skip
        true, said = np.array(values, np.float64).T
        is_near = ((said - true) ** 2).mean() < 0.5 * true.var()
        return bool(is_near) and sum(a == b for a, b in known) > 0.9 * len(known)


MATERIAL = OfMultiTask()
