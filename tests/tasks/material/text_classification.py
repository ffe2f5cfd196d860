"""Texts of two classes."""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.tasks.material import Material, folder_base


class OfTextClassification(Material):
    instant_rows = 375
    suits = Summary(1000, 1000, ("text", "target"), {"good": 500, "bad": 500}, {})

    def data(self, folder: Path, rows: int) -> TaskData:
        return text_data("label", 2 * rows)

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "bert", write_tiny_bert)


MATERIAL = OfTextClassification()
