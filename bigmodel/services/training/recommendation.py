"""Says which base model suits somebody's data and machine, and why; pure rules over numbers measured elsewhere."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.message import Message
from bigmodel.core.model import Base, BaseChoice
from bigmodel.core.task import Medium

ROWS_FOR_SCRATCH = {  # a model that starts from nothing learns too little from fewer
    Medium.TEXT: 1_000,
    Medium.IMAGE: 500,
    Medium.AUDIO: 150,
}
TRANSCRIPTS_FOR_SCRATCH = 100  # of few words; free speech needs hours
FEW_PICTURES = 2_000  # below this a body that has seen other pictures is worth fetching
GOOD_A_CLASS = {
    Medium.IMAGE: 100,
    Medium.AUDIO: 40,
}  # files of a class that usually make a good model
CHINESE_SHARE = 0.2
MOST_PIECES = 1.4  # a word; beyond this a vocabulary was made for another language
UNKNOWN_SHARE = 0.10  # of the tokens; beyond this a fixed vocabulary misses too much
SLOW_MINUTES = 12 * 60.0
MEMORY_FACTOR = 5.0  # weights, gradients, two moments, activations
ADAPTER_FACTOR = 2.0  # a base that is kept as it is, read once and held once
ANY = "any"
PRETRAINED = ("embedded", "hub", "folder", "wheel", "features")
PICTURES_TO_TUNE = 1_000  # from so many on, training a whole body is worth its minutes


@dataclass(frozen=True)
class Situation:
    """What the advice rests on. `language` is zh, en, other, or empty where none matters; memory is of the whole machine."""

    usable_rows: int
    language: str
    memory_mb: float
    is_hub_reachable: bool = False
    medium: Medium = Medium.TEXT
    is_speech: bool = False
    least: int = 50  # rows below which nothing can be held out: only the instant model
    scratch_rows: int = 0  # that the task asks for where it starts from nothing
    guesses_first: bool = False  # the instant model looks at nothing
    alone_of: str = ""  # the task, where it has no other kind: its words say what it can do
    has_gpu: bool = False

    @property
    def rows_for_scratch(self) -> int:
        """Rows from which on a model that starts from nothing is worth a try."""
        if self.scratch_rows:
            return self.scratch_rows
        if self.is_speech:
            return TRANSCRIPTS_FOR_SCRATCH
        return ROWS_FOR_SCRATCH[self.medium]

    @property
    def has_few(self) -> bool:
        return self.usable_rows < self.least


@dataclass(frozen=True)
class Candidate:
    """A base with what was measured for it on this data."""

    base: Base
    is_ready: bool
    minutes: Mapping[str, float]
    unknown_share: float | None = None
    pieces_a_word: float = 0.0


def advise(candidates: Sequence[Candidate], situation: Situation) -> list[BaseChoice]:
    """Return every candidate as a choice with a reason, the one recommended first."""
    choices = [_judge(candidate, situation) for candidate in candidates]
    best, *others = sorted(choices, key=lambda choice: _rank(choice, situation))
    return [replace(best, is_recommended=True, reason=_why_best(best, situation)), *others]


def is_fitting_here(choices: Sequence[BaseChoice]) -> bool:
    """Tell whether a pre-trained base that suits the data is already on this machine."""
    return any(c.fits and c.is_ready and c.base.kind in PRETRAINED for c in choices)


def expectation(summary: Summary, situation: Situation, choice: BaseChoice) -> Message | None:
    """Return what to expect of so few pictures or recordings and how to do better, or None where there are enough."""
    if situation.medium == Medium.TEXT:
        return None
    if situation.is_speech:
        return _of_speech(summary, situation)
    args: dict[str, str | int | float] = {"rows": summary.usable_rows}
    good = GOOD_A_CLASS[situation.medium]
    least_class = min(summary.classes.values(), default=0)
    args |= {"least": least_class, "good": good, "missing": max(0, good - least_class)}
    kind = "pretrained" if choice.base.kind in PRETRAINED else "scratch"
    if situation.has_few:
        return Message(f"train.expect.{situation.medium}_few", args, "warning")
    if situation.medium == Medium.IMAGE and summary.usable_rows < FEW_PICTURES:
        level = "info" if kind == "pretrained" else "warning"
        return Message(f"train.expect.image_{kind}", args, level)  # type: ignore[arg-type]
    if summary.classes and least_class < good:
        return Message(f"train.expect.{situation.medium}_uneven", args)
    return None


def _of_speech(summary: Summary, situation: Situation) -> Message | None:
    """Return what is missing for a model that writes down speech."""
    middle = summary.lengths[len(summary.lengths) // 2] if summary.lengths else 0
    args: dict[str, str | int | float] = {
        "rows": summary.usable_rows,
        "minutes": round(summary.usable_rows * middle / 60_000, 1),
        "missing": max(0, situation.rows_for_scratch - summary.usable_rows),
        "good": situation.rows_for_scratch,
    }
    if summary.usable_rows < situation.rows_for_scratch:
        return Message("train.expect.speech_few", args, "warning")
    return None


def _judge(candidate: Candidate, situation: Situation) -> BaseChoice:
    against = _against(candidate, situation)
    return BaseChoice(
        base=candidate.base,
        fits=against is None,
        is_recommended=False,
        is_ready=candidate.is_ready,
        reason=against or Message(_reason(candidate.base.kind, situation)),
        minutes=candidate.minutes,
        unknown_share=candidate.unknown_share,
    )


def _reason(kind: str, situation: Situation) -> str:
    """Return the key of what a kind of base is, in terms of what it reads."""
    if situation.guesses_first and kind == "instant":
        return "train.reason.guess"
    if situation.is_speech and kind == "wheel":
        return "train.reason.writes"
    if situation.medium == Medium.TEXT:
        return f"train.reason.{kind}"
    shown = "pretrained" if kind in ("hub", "embedded", "wheel") else kind
    return "train.reason.folder" if kind == "folder" else f"train.reason.{situation.medium}_{shown}"


def _against(candidate: Candidate, situation: Situation) -> Message | None:
    """Return what speaks against a base, or None. The instant model always fits."""
    base = candidate.base
    if base.kind == "instant":
        return None
    if situation.has_few:
        args = {"rows": situation.usable_rows, "least": situation.least}
        return Message(f"train.reason.few_{_unit(situation)}", args)
    if base.needs_gpu and not situation.has_gpu:
        return Message("errors.base_needs_gpu.problem")
    return (
        _of_place(candidate, situation)
        or _of_language(candidate, situation)
        or _of_machine(candidate, situation)
    )


def _of_place(candidate: Candidate, situation: Situation) -> Message | None:
    if candidate.is_ready or candidate.base.kind in ("wheel", "features"):
        return None
    if candidate.base.kind == "hub" and situation.is_hub_reachable:
        return None
    if candidate.base.kind == "hub":
        return Message(f"train.reason.hub_unreachable{_of_medium(situation)}")
    return Message("train.reason.missing")


def _of_language(candidate: Candidate, situation: Situation) -> Message | None:
    share = candidate.unknown_share
    if share is not None and share > UNKNOWN_SHARE:
        return Message("train.reason.unknown", {"percent": round(100 * share)})
    languages = candidate.base.languages
    if not situation.language or not languages or ANY in languages:
        return None
    if situation.language not in languages or candidate.pieces_a_word > MOST_PIECES:
        return Message("train.reason.language")
    return None


def _of_machine(candidate: Candidate, situation: Situation) -> Message | None:
    factor = ADAPTER_FACTOR if candidate.base.needs_gpu else MEMORY_FACTOR
    if candidate.base.size_mb * factor > situation.memory_mb:
        needed = candidate.base.size_mb * factor / 1000
        return Message("train.reason.memory", {"needed_gb": round(needed, 1)})
    if candidate.minutes.get("fast", 0.0) > SLOW_MINUTES and not candidate.base.needs_gpu:
        return Message("train.reason.slow", {"hours": round(candidate.minutes["fast"] / 60)})
    return None


def _rank(choice: BaseChoice, situation: Situation) -> tuple[int, float]:
    """Order choices: pre-trained here, pre-trained to fetch, from scratch, instant, a guess, what does not fit."""
    kind = choice.base.kind
    if not choice.fits:
        return 9, 0.0
    if kind == "features" and situation.medium == Medium.TEXT:
        return 4, 0.0  # of one medium among several: whether it helps shows on held-out rows
    if kind in PRETRAINED:
        place = 0 if choice.is_ready else 1
        if (
            situation.medium != Medium.TEXT
            and not choice.is_ready
            and not _is_worth_fetching(situation)
        ):
            place = 5  # what is here does well enough
        if (
            kind in ("wheel", "features") and not choice.is_ready
        ):  # whether its index answers shows when it is asked
            return (place if situation.is_hub_reachable else 5), 0.0
        if kind == "features" and _is_worth_tuning(situation):
            return place, math.inf
        return place, choice.minutes.get("balanced", 0.0)
    if kind == "scratch":
        return (2 if situation.usable_rows >= situation.rows_for_scratch else 4), 0.0
    return (8 if situation.guesses_first else 3), 0.0


def _is_worth_fetching(situation: Situation) -> bool:
    """Tell whether a body that has seen or heard others is worth its download: few pictures, or any speech."""
    if situation.medium == Medium.IMAGE:
        return situation.usable_rows < FEW_PICTURES
    return situation.usable_rows < situation.rows_for_scratch


def _is_worth_tuning(situation: Situation) -> bool:
    """Tell whether a body learns more from the rows than a linear head on its frozen features; of sounds it does not."""
    return situation.medium == Medium.IMAGE and situation.usable_rows >= PICTURES_TO_TUNE


def _of_medium(situation: Situation) -> str:
    return "" if situation.medium == Medium.TEXT else "_media"


def _unit(situation: Situation) -> str:
    return {Medium.IMAGE: "pictures", Medium.AUDIO: "recordings"}.get(situation.medium, "rows")


def _why_best(choice: BaseChoice, situation: Situation) -> Message:
    kind = choice.base.kind
    if kind == "instant":
        if situation.guesses_first:
            return choice.reason
        if situation.alone_of:
            return Message(f"tasks.{situation.alone_of}.bases.instant.about")
        if situation.has_few:
            args = {"rows": situation.usable_rows}
            return Message(f"train.why.instant_few{_of_medium(situation)}", args)
        return Message(f"train.why.instant{_of_medium(situation)}")
    if kind == "scratch":
        return Message(f"train.why.scratch{_of_medium(situation)}")
    if kind == "features" and choice.is_ready:
        return Message("train.why.features")
    if not choice.is_ready:
        args = {"size_mb": round(choice.base.size_mb)}
        return Message(f"train.why.fetch{_of_medium(situation)}", args)
    if choice.unknown_share is not None:
        known = 100 - round(100 * choice.unknown_share)
        return Message("train.why.known", {"percent": known})
    return Message(f"train.why.pretrained{_of_medium(situation)}")
