"""Answers of networks that end in scores: probabilities of labels, or one number where they have none."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bigmodel.answers.label import Label
from bigmodel.answers.number import Number
from bigmodel.core.answer import Answer


class ScorePredictor(ABC):
    """A loaded model that turns inputs into scores."""

    labels: tuple[str, ...]

    @abstractmethod
    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, or one number, a row for each input."""

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        """Return the answer to each input."""
        return self.answers(self.predict(inputs))

    def answers(self, scores: Sequence[Sequence[float]]) -> list[Answer]:
        """Return scores as answers."""
        if self.labels:
            return [Label(self.labels, tuple(row)) for row in scores]
        return [Number(row[0]) for row in scores]
