"""Pairs of sentences of a small grammar, in English and Chinese."""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.tiny_mbart import tiny_pairs, write_tiny_mbart
from tests.tasks.material import Material, folder_base, share_right


class OfTranslation(Material):
    suits = Summary(1000, 1000, ("source", "target"), {}, {}, target="text")

    def data(self, folder: Path, rows: int) -> TaskData:
        return tiny_pairs(2 * rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder, lambda place: write_tiny_mbart(place, tiny_pairs()))

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        return share_right(answers, rows) > 0.5


MATERIAL = OfTranslation()
