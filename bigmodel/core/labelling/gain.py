"""What decisions on doubtful labels bring: the instant model before and after them; values only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bigmodel.core.message import Message


@dataclass(frozen=True)
class LabelGain:
    """Accuracy on the same rows of models that learned before and after, and the 95 % interval of the difference."""

    before: float = 0.0
    after: float = 0.0
    low: float = 0.0
    high: float = 0.0
    rows: int = 0
    error: Message | None = None

    @property
    def sentence(self) -> Message:
        """What the difference means, in a sentence."""
        key = "better" if self.low > 0 else "worse" if self.high < 0 else "same"
        shares = {name: round(100 * getattr(self, name), 1) for name in ("before", "after")}
        ends = {name: round(100 * getattr(self, name), 1) for name in ("low", "high")}
        return Message(f"suspects.gain_{key}", {**shares, **ends, "rows": self.rows})

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"error": self.error.to_json() if self.error else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "LabelGain":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        known["error"] = Message.from_json(value["error"]) if value.get("error") else None
        return cls(**known)
