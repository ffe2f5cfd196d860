"""What a model says of one input: the answer, whether it is like any training row, and whether it can be read."""

from dataclasses import dataclass, field

from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.message import Message
from bigmodel.core.results.panel import Panel
from bigmodel.core.task import Explanation
from bigmodel.services.inference.example_rows import MediaRow

MEMORY = "neighbours.json"  # beside a model that can tell strangers
STRANGE = 1.0  # from here on an input looks like none of the classes


@dataclass(frozen=True)
class Answered:
    """An answer of a type to an input of a name; `problem` stands in its place where a file cannot be read."""

    kind: AnswerType
    answer: Answer | None = None
    said: Explanation = field(default_factory=Explanation)
    name: str = ""
    problem: Message | None = None

    @property
    def view(self) -> Panel:
        """The answer as it is drawn."""
        return self.kind.view(self.answer)

    @property
    def line(self) -> str:
        """The answer in one line."""
        return "" if self.answer is None else self.kind.line(self.answer)

    @property
    def certainty(self) -> float | None:
        """How sure the model is, from 0 to 1; None where it cannot tell."""
        certainty: float | None = None if self.answer is None else self.answer.certainty
        return certainty

    @property
    def transcript(self) -> str | None:
        """The answer, if it can be compared with the truth; else None."""
        return str(self.answer.text) if self.answer is not None and self.kind.is_text else None

    @property
    def segments(self) -> tuple[tuple[float, float, str], ...]:
        """Segments of a transcript as (start second, end second, text), if the model gives them."""
        return getattr(self.answer, "segments", ())

    @property
    def is_strange(self) -> bool | None:
        """Whether it looks like none of the training rows; None where the model cannot tell."""
        return is_strange(self.said)

    @property
    def notice(self) -> str:
        """The key of the sentence that warns of this answer, or nothing."""
        if self.said.unreadable:
            return f"strangers.unreadable.{self.said.unreadable}"
        if self.is_strange:
            return "pages.demo.strange" if self.kind.chooses else "strangers.number"
        return ""


@dataclass(frozen=True)
class Source:
    """The data behind a model. No test rows means that it was measured by repeated folds."""

    dataset: str
    test_rows: int


@dataclass(frozen=True)
class Look:
    """An answer to one picture or recording, and what stands behind it."""

    answer: Answered
    nearest: tuple[MediaRow, ...] = ()


def is_strange(said: Explanation) -> bool | None:
    """Tell whether an input looks like none of the training rows; None where the model cannot tell."""
    if said.unreadable:
        return True
    return None if said.ood_score is None else said.ood_score > STRANGE
