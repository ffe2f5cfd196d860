"""Turns timed steps into a forecast: how long, how much memory and disk, and whether that fits; pure arithmetic.

Until something was timed, sizes alone give a rough forecast, and it says that it is one.
"""

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import psutil

from bigmodel.core.message import Level, Message
from bigmodel.core.task import INSTANT, Params
from bigmodel.jobs.profile import Measured
from bigmodel.settings import Settings
from bigmodel.training.loop.budget import LEAST_STEPS
from bigmodel.training.loop.schedule import MOST_STEPS_UNCHECKED

Light = Literal["green", "amber", "red"]
LIGHTS: tuple[Light, ...] = ("green", "amber", "red")
OF_LEVEL: Mapping[Level, Light] = {"info": "green", "warning": "amber", "error": "red"}
START_S = 0.8  # from Train to a worker's first line where a warm process stands, and from its last line to the end
CHECKPOINT_S = 60.0
DISK_MB_PER_S = 200.0
COPIES = 4  # of the weights in a checkpoint: themselves, the best ones, two moments
CHECKPOINTS = 3
LEAST_SPREAD, MOST_SPREAD = 0.12, 0.5
ROUGH = 2.0  # a guess from sizes may be off by this factor
COMFORT, MOST = 0.7, 0.92  # of the free memory
LONG_MINUTES, TOO_LONG_MINUTES = 90.0, 12 * 60.0
LEAST_DISK_MB = 200.0
SHORT = tuple(f"train.forecast.{name}" for name in ("short_", "tight_", "long", "too_long"))


@dataclass(frozen=True)
class Room:
    """What is free on this machine, in megabytes; no GPU is 0."""

    memory_mb: float
    disk_mb: float
    gpu_mb: float = 0.0


@dataclass(frozen=True)
class Plan:
    """Another choice that fits where this one does not: what changes, and the minutes expected of it."""

    base: str
    preset: str
    changes: Mapping[str, Any]
    why: Message
    minutes: float


@dataclass(frozen=True)
class Forecast:
    """What to expect of a training, in seconds and megabytes. `reasons` say what is short, worst first."""

    seconds: float
    low_s: float
    high_s: float
    memory_mb: float = 0.0
    disk_mb: float = 0.0
    light: Light = "green"
    reasons: tuple[Message, ...] = ()
    is_rough: bool = True
    is_pending: bool = False
    plan: Plan | None = None
    notes: tuple[Message, ...] = field(default=())

    @property
    def is_short(self) -> bool:
        """Whether memory, disk or time is tight, so that a milder choice would help."""
        return any(message.key.startswith(SHORT) for message in self.reasons)


@dataclass(frozen=True)
class Wanted:
    """What of the settings decides how many timed steps are taken."""

    epochs: int = 1
    budget_s: float = 0.0
    patience: int = 0
    is_warm: bool = True


def rough(minutes: float, size_mb: float, room: Room) -> Forecast:
    """Return a forecast from sizes alone."""
    seconds = 60.0 * minutes
    memory = 600.0 + 5.0 * size_mb
    disk = size_mb * (1 + COPIES)
    low, high = seconds / ROUGH, seconds * ROUGH
    return judge(Forecast(seconds, low, high, memory, disk), room)


def free_room(settings: Settings) -> Room:
    """Return what is free on this machine now, without what the settings keep back."""
    disk = shutil.disk_usage(settings.home)
    kept = max(settings.free_disk_mb, disk.total / 2**20 * settings.free_disk_percent / 100)
    return Room(psutil.virtual_memory().available / 2**20, max(0.0, disk.free / 2**20 - kept))


def expected(
    made: Forecast, found: Measured, params: Params, *, room: Room, is_warm: bool
) -> Forecast:
    """Return what timed steps say of a training, or its rough forecast with why there are no figures."""
    if found.error is not None:
        return unlikely(made, found.error)
    if params.base != INSTANT and not found.steps and not found.answer_s:
        return unlikely(made, Message("train.forecast.too_slow"))
    values = params.model_dump()
    wanted = Wanted(
        epochs=int(values.get("epochs", 1)),
        budget_s=float(values.get("budget_s", 0)),
        patience=int(values.get("patience", 0)),
        is_warm=is_warm,
    )
    return measured(found, wanted, room)


def measured(found: Measured, wanted: Wanted, room: Room) -> Forecast:
    """Return the forecast that timed steps lead to."""
    step_s = _step_s(found)
    an_epoch = found.steps / max(1, found.epochs)
    steps = an_epoch * wanted.epochs if found.steps else 0.0
    around = START_S + (0.0 if wanted.is_warm else found.import_s) + found.load_s + found.instant_s
    around += found.answer_s + found.save_s
    training = _training_s(found, step_s, steps, an_epoch)
    least = _training_s(found, step_s, _least_steps(steps, an_epoch, wanted), an_epoch)
    if wanted.budget_s:  # it counts everything, but a few steps are taken however short it is
        most = max(wanted.budget_s - around, LEAST_STEPS * step_s)
        training, least = min(training, most), min(least, most)
    spread = _spread(found)
    seconds = around + training
    checkpoints = min(CHECKPOINTS, 1 + int(training / CHECKPOINT_S))
    disk = found.model_mb * (1 + COPIES * checkpoints)
    made = Forecast(
        seconds=seconds,
        low_s=(around + least) * (1 - spread),
        high_s=seconds * (1 + spread),
        memory_mb=found.memory_mb,
        disk_mb=disk,
        is_rough=False,
        notes=(Message("train.forecast.busy"),) if found.is_busy else (),
    )
    return judge(made, room, gpu_mb=found.gpu_mb)


def judge(made: Forecast, room: Room, gpu_mb: float = 0.0) -> Forecast:
    """Return the forecast with its light: red what does not fit, amber what is tight or long."""
    red, amber = [], []
    for name, needed, free in (
        ("memory", made.memory_mb, room.memory_mb),
        ("gpu", gpu_mb, room.gpu_mb),
    ):
        if free and needed > MOST * free:
            red.append(_short(name, needed, free))
        elif free and needed > COMFORT * free:
            amber.append(_tight(name, needed, free))
    if made.disk_mb + LEAST_DISK_MB > room.disk_mb:
        red.append(_short("disk", made.disk_mb + LEAST_DISK_MB, room.disk_mb))
    minutes = made.seconds / 60
    if minutes > TOO_LONG_MINUTES:
        red.append(Message("train.forecast.too_long", {"hours": round(minutes / 60)}))
    elif minutes > LONG_MINUTES:
        amber.append(Message("train.forecast.long", {"hours": round(minutes / 60, 1)}))
    light: Light = "red" if red else "amber" if amber else "green"
    return Forecast(**{**made.__dict__, "light": light, "reasons": (*red, *amber)})


def unlikely(made: Forecast, reason: Message) -> Forecast:
    """Return the rough forecast of a choice whose timing failed, with the reason."""
    worst = max((made.light, OF_LEVEL[reason.level]), key=LIGHTS.index)
    return Forecast(**{**made.__dict__, "light": worst, "reasons": (reason, *made.reasons)})


def _step_s(found: Measured) -> float:
    """Return what a step takes; beside a running training, what it would take alone."""
    alone = found.used_s / max(1, found.threads)
    return min(found.step_s, alone) if found.is_busy and alone else found.step_s


def _training_s(found: Measured, step_s: float, steps: float, an_epoch: float) -> float:
    if not steps:
        return 0.0
    looks = math.ceil(max(1.0, an_epoch) / MOST_STEPS_UNCHECKED) * steps / max(1.0, an_epoch)
    seconds = steps * step_s + looks * found.check_s
    return seconds * (1 + COPIES * found.model_mb / DISK_MB_PER_S / CHECKPOINT_S)


def _least_steps(steps: float, an_epoch: float, wanted: Wanted) -> float:
    """Return the steps after which early stopping may end the training at the soonest."""
    return min(steps, an_epoch * (wanted.patience + 1)) if wanted.patience else steps


def _spread(found: Measured) -> float:
    """Return how far off the mean of the timed steps may be, as a share."""
    error = 2 * found.spread / math.sqrt(max(1, found.counted))
    error += 0.1 if found.is_busy else 0.0
    return min(MOST_SPREAD, max(LEAST_SPREAD, error))


def _short(name: str, needed: float, free: float) -> Message:
    return Message(f"train.forecast.short_{name}", _gb(needed, free), "error")


def _tight(name: str, needed: float, free: float) -> Message:
    return Message(f"train.forecast.tight_{name}", _gb(needed, free), "warning")


def _gb(needed: float, free: float) -> dict[str, float]:
    return {"needed": round(needed / 1024, 1), "free": round(free / 1024, 1)}
