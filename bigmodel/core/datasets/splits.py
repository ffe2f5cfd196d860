"""Values of how rows are parted: the columns that offer themselves, and what the choice does to a score."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bigmodel.core.message import Message

AT_RANDOM = "random"
# What stands before the column in the key of a choice.
GROUP, TIME, NAME, GIVEN = "group", "time", "name", "given"
MATTERS = 0.02  # a difference of accuracy that is worth a word


@dataclass(frozen=True)
class SplitChoice:
    """A way to part rows. `key` is `group:<column>`, `time:<column>`, `name:<place in the names of files>`, or `given:<column>`."""

    key: str
    column: str
    count: int = 0  # groups among the rows looked at
    is_likely: bool = False  # the column is called so, or is the only of its kind

    @property
    def how(self) -> str:
        return self.key.partition(":")[0]


@dataclass(frozen=True)
class SplitDifference:
    """Accuracy of the instant model with rows parted at random and by a choice, and the 95 % interval of the loss."""

    key: str = ""
    naive: float = 0.0
    honest: float = 0.0
    low: float = 0.0
    high: float = 0.0
    rows: int = 0
    error: Message | None = None

    @property
    def matters(self) -> bool:
        """Whether the random split flatters, beyond chance."""
        return self.naive - self.honest >= MATTERS and self.low > 0

    @property
    def sentence(self) -> Message:
        """What the difference means, in a sentence."""
        how = TIME if self.key.startswith(f"{TIME}:") else GROUP
        args = {"naive": round(100 * self.naive, 1), "honest": round(100 * self.honest, 1)}
        low, high = round(100 * self.low, 1), round(100 * self.high, 1)
        key = f"split.matters_{how}" if self.matters else "split.same"
        return Message(key, {**args, "low": low, "high": high, "rows": self.rows})

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"error": self.error.to_json() if self.error else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SplitDifference":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        known["error"] = Message.from_json(value["error"]) if value.get("error") else None
        return cls(**known)
