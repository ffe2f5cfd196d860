"""One answer from several media, with what each medium alone would have said: a class, or a number where there are no labels."""

from dataclasses import dataclass

from bigmodel.answers.label import Label
from bigmodel.answers.number import Number

Plain = Label | Number


@dataclass(frozen=True)
class Fused:
    """One answer. `scores` are probabilities in the order of `labels`, or one number; `alone` the same by medium.

    `lacking` are media that the row has nothing of: alone, they say what is commonest.
    """

    labels: tuple[str, ...]
    scores: tuple[float, ...]
    alone: tuple[tuple[str, tuple[float, ...]], ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def plain(self) -> Plain:
        """The answer without what each medium alone would have said."""
        return plain_of(self.labels, self.scores)

    @property
    def text(self) -> str:
        return self.plain.text

    @property
    def certainty(self) -> float | None:
        return self.plain.certainty

    def by(self, medium: str) -> Plain:
        """Return what one medium alone says."""
        return plain_of(self.labels, dict(self.alone)[medium])


def plain_of(labels: tuple[str, ...], scores: tuple[float, ...]) -> Plain:
    """Return scores as a class, or as a number."""
    return Label(labels, scores) if labels else Number(scores[0])
