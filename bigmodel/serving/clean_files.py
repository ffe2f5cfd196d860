"""Pictures and recordings that a model is asked about, cleaned as those it learned from; nobody's own file is changed."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.datasets.inputs import join_inputs, parts_of
from bigmodel.core.ids import new_id
from bigmodel.core.task import Medium
from bigmodel.data.media.cleaning.files import Cleaner

T = TypeVar("T")


class CleanFiles:
    """The cleaned files of one question, gone once it is answered."""

    def __init__(self, medium: Medium, steps: Sequence[str], aside: Path, kind: AnswerType) -> None:
        self._is_asked = bool(steps) and medium != Medium.TEXT
        self._kind = kind
        self._folder = aside / f"clean-{new_id()}"
        self._cleaner = Cleaner(medium, steps, self._folder)
        self._counts: list[int] = []  # of pieces for each input

    def __enter__(self) -> "CleanFiles":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_asked:
            shutil.rmtree(self._folder, ignore_errors=True)

    def read(self, inputs: Sequence[str]) -> list[str]:
        """Return what the model is asked in the place of inputs: more of them where recordings are cut."""
        if not self._is_asked:
            self._counts = [1] * len(inputs)
            return list(inputs)
        found = [self._pieces(text) for text in inputs]
        self._counts = [len(pieces) for pieces in found]
        return [piece for pieces in found for piece in pieces]

    def whole(self, inputs: Sequence[str]) -> list[str]:
        """Return inputs after the steps, none of them cut."""
        if not self._is_asked:
            return list(inputs)
        return [
            join_inputs([self._cleaned(part, is_alone=False)[0] for part in parts_of(text)])
            for text in inputs
        ]

    def _pieces(self, text: str) -> list[str]:
        """Return the cleaned files of an input; what of it is no file stays, and what has several is never cut."""
        parts = parts_of(text)
        made = [self._cleaned(part, is_alone=len(parts) == 1) for part in parts]
        return made[0] if len(made) == 1 else [join_inputs([each[0] for each in made])]

    def _cleaned(self, part: str, *, is_alone: bool) -> list[str]:
        path = Path(part)
        if not path.is_absolute() or not path.is_file():
            return [part]
        in_pieces = is_alone and self._kind.repeats > 1  # then `merge` can average
        return [str(each) for each in self._cleaner.at_prediction(path, in_pieces=in_pieces)]

    def merged(self, answers: Sequence[Answer]) -> list[Answer]:
        """Return one answer an input: the mean of those to its pieces."""
        return [
            each[0] if len(each) == 1 else self._kind.merge(each) for each in self._split(answers)
        ]

    def firsts(self, said: Sequence[T]) -> list[T]:
        """Return what is said of the first piece of each input, nothing where nothing was said."""
        return [each[0] for each in self._split(said)] if said else []

    def _split(self, values: Sequence[T]) -> list[list[T]]:
        found, rest = [], list(values)
        for count in self._counts:
            found.append(rest[:count])
            rest = rest[count:]
        return found
