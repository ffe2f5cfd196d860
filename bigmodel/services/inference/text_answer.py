"""What a model says of a text beside its scores: whether it is like any training row, and whether it can be read."""

from dataclasses import dataclass, field

from bigmodel.core.results.results import Prediction
from bigmodel.core.task import Explanation
from bigmodel.services.inference.batch_files import is_strange

MEMORY = "neighbours.json"  # beside a model that can tell strangers


@dataclass(frozen=True)
class TextAnswer:
    """What a model says of one text."""

    prediction: Prediction
    said: Explanation = field(default_factory=Explanation)

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
            return "strangers.number" if self.prediction.label is None else "pages.demo.strange"
        return ""
