"""Says which base model suits somebody's data and machine, and why; pure rules over numbers measured elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bigmodel.core.message import Message
from bigmodel.core.model import Base, BaseChoice

FEW_ROWS = 50  # below this nothing can be held out: only the instant model
ROWS_FOR_SCRATCH = 1_000  # a model that starts from nothing learns too little from fewer
CHINESE_SHARE = 0.2
UNKNOWN_SHARE = 0.10  # of the tokens; beyond this a fixed vocabulary misses too much
SLOW_MINUTES = 12 * 60.0
MEMORY_FACTOR = 5.0  # weights, gradients, two moments, activations
ANY = "any"
PRETRAINED = ("embedded", "hub", "folder")


@dataclass(frozen=True)
class Situation:
    """What the advice rests on. `language` is zh or en, as far as letters tell; memory is of the whole machine."""

    usable_rows: int
    language: str
    memory_mb: float
    is_hub_reachable: bool = False


@dataclass(frozen=True)
class Candidate:
    """A base with what was measured for it on this data."""

    base: Base
    is_ready: bool
    minutes: Mapping[str, float]
    unknown_share: float | None = None


def advise(candidates: Sequence[Candidate], situation: Situation) -> list[BaseChoice]:
    """Return every candidate as a choice with a reason, the one recommended first."""
    choices = [_judge(candidate, situation) for candidate in candidates]
    best, *others = sorted(choices, key=lambda choice: _rank(choice, situation))
    return [replace(best, is_recommended=True, reason=_why_best(best, situation)), *others]


def is_fitting_here(choices: Sequence[BaseChoice]) -> bool:
    """Tell whether a pre-trained base that suits the data is already on this machine."""
    return any(c.fits and c.is_ready and c.base.kind in PRETRAINED for c in choices)


def _judge(candidate: Candidate, situation: Situation) -> BaseChoice:
    against = _against(candidate, situation)
    return BaseChoice(
        base=candidate.base,
        fits=against is None,
        is_recommended=False,
        is_ready=candidate.is_ready,
        reason=against or Message(f"train.reason.{candidate.base.kind}"),
        minutes=candidate.minutes,
        unknown_share=candidate.unknown_share,
    )


def _against(candidate: Candidate, situation: Situation) -> Message | None:
    """Return what speaks against a base, or None. The instant model always fits."""
    base = candidate.base
    if base.kind == "instant":
        return None
    if situation.usable_rows < FEW_ROWS:
        return Message("train.reason.few_rows", {"rows": situation.usable_rows, "least": FEW_ROWS})
    return (
        _of_place(candidate, situation)
        or _of_language(candidate, situation)
        or _of_machine(candidate, situation)
    )


def _of_place(candidate: Candidate, situation: Situation) -> Message | None:
    if candidate.is_ready or (candidate.base.kind == "hub" and situation.is_hub_reachable):
        return None
    if candidate.base.kind == "hub":
        return Message("train.reason.hub_unreachable")
    return Message("train.reason.missing")


def _of_language(candidate: Candidate, situation: Situation) -> Message | None:
    share = candidate.unknown_share
    if share is not None and share > UNKNOWN_SHARE:
        return Message("train.reason.unknown", {"percent": round(100 * share)})
    languages = candidate.base.languages
    if languages and ANY not in languages and situation.language not in languages:
        return Message("train.reason.language")
    return None


def _of_machine(candidate: Candidate, situation: Situation) -> Message | None:
    if candidate.base.size_mb * MEMORY_FACTOR > situation.memory_mb:
        needed = candidate.base.size_mb * MEMORY_FACTOR / 1000
        return Message("train.reason.memory", {"needed_gb": round(needed, 1)})
    if candidate.minutes.get("fast", 0.0) > SLOW_MINUTES:
        return Message("train.reason.slow", {"hours": round(candidate.minutes["fast"] / 60)})
    return None


def _rank(choice: BaseChoice, situation: Situation) -> tuple[int, float]:
    """Order choices: pre-trained here, pre-trained to fetch, from scratch, instant, what does not fit."""
    kind = choice.base.kind
    if not choice.fits:
        return 9, 0.0
    if kind in PRETRAINED:
        return (0 if choice.is_ready else 1), choice.minutes.get("balanced", 0.0)
    if kind == "scratch":
        return (2 if situation.usable_rows >= ROWS_FOR_SCRATCH else 4), 0.0
    return 3, 0.0


def _why_best(choice: BaseChoice, situation: Situation) -> Message:
    kind = choice.base.kind
    if kind == "instant":
        if situation.usable_rows < FEW_ROWS:
            return Message("train.why.instant_few", {"rows": situation.usable_rows})
        return Message("train.why.instant")
    if kind == "scratch":
        return Message("train.why.scratch")
    if not choice.is_ready:
        return Message("train.why.fetch", {"size_mb": round(choice.base.size_mb)})
    if choice.unknown_share is not None:
        known = 100 - round(100 * choice.unknown_share)
        return Message("train.why.known", {"percent": known})
    return Message("train.why.pretrained")
