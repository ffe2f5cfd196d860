"""Passages that say who keeps what where, and questions on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from bigmodel.answers.extracted import ANSWER
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.passages import passage_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.tasks.material import Material, folder_base


class OfQuestionAnswering(Material):
    small: ClassVar = {"window_tokens": 96}
    instant_rows = 200
    suits = Summary(
        1000, 1000, ("context", "question", "answer"), {}, {}, target="extracted"
    )  # fmt: skip

    def data(self, folder: Path, rows: int) -> TaskData:
        return passage_data(2 * rows, unanswered=0.25)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "bert", lambda place: write_tiny_bert(place, "?"))

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        return len(ANSWER.hits(rows.targets, answers)) > 0.8 * len(rows)


MATERIAL = OfQuestionAnswering()
