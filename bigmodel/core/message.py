"""A sentence for people, stored as key and arguments so that it survives a change of language; never finished text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Arg = str | int | float
Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Message:
    """A key into the words of a language, with the arguments its sentence names.

    A key with the endings `.problem` and `.fix` in the words has two sentences (what happened, what
    to do); any other key has one.
    """

    key: str
    args: Mapping[str, Arg] = field(default_factory=dict)
    level: Level = "info"

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "args": dict(self.args), "level": self.level}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Message":
        return cls(value["key"], dict(value.get("args", {})), value.get("level", "info"))
