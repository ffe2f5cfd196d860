"""Texts in which good and bad words are marked."""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.answers.spans import ANSWER
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.tasks.material import Material, folder_base


class OfTokenClassification(Material):
    instant_rows = 375
    suits = Summary(
        1000, 1000, ("text", "target"), {"good": 500, "bad": 500}, {}, target="spans"
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return text_data("spans", 2 * rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "bert", write_tiny_bert)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        return len(ANSWER.hits(rows.targets, answers)) > 0.9 * len(rows)


MATERIAL = OfTokenClassification()
