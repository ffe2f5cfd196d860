"""Sentences of a small grammar to go on with."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bigmodel.answers.written import ANSWER
from bigmodel.core.answer import Answer, Tried
from bigmodel.core.datasets.dataset import Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles
from tests.fakes.tiny_language import write_tiny_language
from tests.tasks.material import ROWS, Material, folder_base

WHO = ("the small cat", "our old teacher", "a green bird", "my tall sister")
DOES = ("sings about", "is looking for", "has painted", "never forgets")
WHAT = ("the long river", "a warm winter", "seven red boats", "his first letter")


class OfTextGeneration(Material):
    small: ClassVar[Mapping[str, object]] = {"max_tokens": 32}
    suits = Summary(1000, 1000, ("text",), {}, {}, target="none")
    instant_rows = 4 * ROWS

    def data(self, folder: Path, rows: int) -> TaskData:
        said = itertools.cycle(
            f"{who} {does} {what}." for what, who, does in itertools.product(WHAT, WHO, DOES)
        )
        texts = [" ".join(itertools.islice(said, 3 + row % 3)) for row in range(rows)]
        ids = [str(number) for number in range(len(texts))]
        parts = (slice(rows // 2), slice(rows // 2, 3 * rows // 4), slice(3 * rows // 4, None))
        return TaskData(*(Rows(ids[p], texts[p], [""] * len(texts[p])) for p in parts))

    def base(self, folder: Path) -> BaseFiles:
        return folder_base(folder / "language", write_tiny_language)

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        found = ANSWER.evaluate(Tried(rows.targets, answers, ()))
        bits = found.measures["bits_per_character"].value
        return bits < 0.3 * found.beside["letters"]["bits_per_character"].value


MATERIAL = OfTextGeneration()
