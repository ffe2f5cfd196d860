"""Labels that look wrong: rows whose label a model that did not learn from them doubts; values only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from bigmodel.core.message import Message


class Decision(StrEnum):
    """What a person says of a doubtful label; any other text is the class it becomes."""

    KEEP = "\x00keep"
    REMOVE = "\x00remove"


@dataclass(frozen=True)
class Suspect:
    """A row with its label and the class it rather looks like; `shown` is its text, or its file's name."""

    row_id: str
    shown: str
    file: str  # of a picture or recording, "" of a text
    label: str
    guess: str
    share: float  # probability of the guess
    own_share: float  # probability of the label


@dataclass(frozen=True)
class Doubts:
    """The rows of a version whose labels are most doubtful, the worst first, and what a person said of them.

    `sure` of them are confidently of another class; `rows` were looked at.
    """

    suspects: tuple[Suspect, ...] = ()
    sure: int = 0
    rows: int = 0
    labels: tuple[str, ...] = ()
    decisions: Mapping[str, str] = field(default_factory=dict)
    error: Message | None = None

    @property
    def open(self) -> list[Suspect]:
        """Those that nothing was said of yet."""
        return [one for one in self.suspects if one.row_id not in self.decisions]

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"error": self.error.to_json() if self.error else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Doubts":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        known["suspects"] = tuple(Suspect(**each) for each in known["suspects"])
        known["labels"] = tuple(known["labels"])
        known["error"] = Message.from_json(value["error"]) if value.get("error") else None
        return cls(**known)
