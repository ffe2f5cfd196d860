"""What a batch of events means for the store, worked out without one; it must never touch a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bigmodel.core.events import Event, Kind
from bigmodel.core.job import Progress, Saved
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel


@dataclass
class Intake:
    """The sum of a batch: points by curve (the first value of a step wins), and the newest of all else."""

    points: dict[str, dict[int, float]] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)
    results: list[TrainedModel] = field(default_factory=list)
    progress: dict[str, Any] = field(default_factory=dict)  # what changed, as a worker wrote it
    saved: list[Saved] = field(default_factory=list)  # new checkpoints, oldest first
    back_to: Saved | None = None  # what the attempt went back to; a folder of "" is the beginning
    is_beat: bool = False

    def progress_after(self, before: Progress) -> Progress:
        return Progress.from_json(before.to_json() | self.progress)


def take_in(events: Iterable[Event]) -> Intake:
    """Sum up events in their order."""
    intake = Intake()
    for event in events:
        _take(intake, event.kind, event.data)
    return intake


def keep_one(models: Sequence[TrainedModel], reported: TrainedModel) -> list[TrainedModel]:
    """Return the models of a job with exactly one kept, after one of them was reported.

    A reported model that is kept wins; else the one that was kept stays; else the instant model,
    or the reported one.
    """
    kept = [model for model in models if model.kept]
    instant = [model for model in models if model.kind == "instant"]
    chosen = reported if reported.kept else (kept or instant or [reported])[0]
    return [replace(model, kept=model.id == chosen.id) for model in models]


def _take(intake: Intake, kind: Kind, data: Mapping[str, Any]) -> None:
    match kind:
        case Kind.BEAT | Kind.STEP:
            intake.is_beat = True
            told = data if kind == Kind.STEP else {"memory_mb": data.get("memory_mb")}
            intake.progress |= {k: v for k, v in told.items() if k != "memory_mb" or v}
        case Kind.POINTS:
            for name, step, value in data["points"]:
                intake.points.setdefault(str(name), {}).setdefault(int(step), float(value))
        case Kind.NOTE:
            intake.notes.append(Message.from_json(data))
        case Kind.CHECKPOINT:
            saved = Saved(str(data["folder"]), int(data["step"]), str(data.get("digest", "")))
            if data.get("back"):
                intake.back_to, intake.saved = saved, []
            else:
                intake.saved.append(saved)
        case Kind.RESULT:
            intake.results.append(TrainedModel.from_json(data))
