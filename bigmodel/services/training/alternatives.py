"""Which milder choices there are when a training does not fit: smaller batches, less to read, a smaller model. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bigmodel.core.message import Message
from bigmodel.core.model import Base
from bigmodel.core.task import INSTANT, Params, Task

LEAST_TOKENS, LEAST_PIXELS = 32, 64
MOST_ACCUMULATION = 256
ALL_LAYERS = 100  # as many as there are


@dataclass(frozen=True)
class Choice:
    """What somebody would train."""

    task: Task
    base: Base
    preset: str
    params: Params

    @property
    def values(self) -> dict[str, Any]:
        return self.params.model_dump(mode="json")


@dataclass(frozen=True)
class Lighter:
    """A milder choice: another base or preset, or changed settings, and about how much of the memory it takes."""

    base: Base
    preset: str
    changes: Mapping[str, Any]
    why: Message
    memory_share: float


def half_batch(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return half the batch with double accumulation, which learns the same; nothing when it is one row already."""
    batch, accumulation = int(values.get("batch_size", 1)), int(values.get("accumulation", 1))
    if batch < 2 or "accumulation" not in values:
        return {}
    return {"batch_size": batch // 2, "accumulation": min(2 * accumulation, MOST_ACCUMULATION)}


def less_to_read(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return fewer tokens or smaller pictures, or nothing when they are small already."""
    for name, least in (("max_tokens", LEAST_TOKENS), ("pixels", LEAST_PIXELS)):
        if name in values and int(values[name]) >= 2 * least:
            return {name: int(values[name]) // 2}
    return {}


def smaller_base(base: Base, others: Sequence[Base]) -> Base | None:
    """Return the next smaller base that is here; the instant model is the smallest."""
    smaller = [other for other in others if _size(other) < _size(base)]
    return max(smaller, key=_size, default=None)


def lighter(choice: Choice, others: Sequence[Base]) -> Iterator[Lighter]:
    """Yield milder choices, the mildest first."""
    values = choice.values
    if choice.base.kind in (INSTANT, "features"):
        return
    if halved := half_batch(values):
        yield _of(choice, halved, "half_batch", 0.75)
    if less := less_to_read(values):
        yield _of(choice, less, f"less_{next(iter(less))}", 0.6)
    if values.get("frozen_layers") == 0 and choice.base.kind != "scratch":
        yield _of(choice, {"frozen_layers": ALL_LAYERS}, "frozen", 0.6)
    if choice.preset != "fast":
        yield Lighter(choice.base, "fast", {}, Message("train.plan.fast"), 1.0)
    if smaller := smaller_base(choice.base, others):
        share = max(0.2, _size(smaller) / max(1.0, _size(choice.base)))
        why = Message("train.plan.smaller", {"base": smaller.name})
        yield Lighter(smaller, "fast", {}, why, share)


def _of(choice: Choice, changes: dict[str, Any], key: str, share: float) -> Lighter:
    usual = {name: value for name, value in changes.items() if isinstance(value, int)}
    return Lighter(choice.base, choice.preset, changes, Message(f"train.plan.{key}", usual), share)


def _size(base: Base) -> float:
    """Return the size that tells bases apart: megabytes, a network from scratch small, the instant one none."""
    if base.kind == INSTANT:
        return 0.0
    return base.size_mb or 4.0
