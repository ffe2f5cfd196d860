"""Says a forecast in words, for pages and the command line alike; times are of this place. It computes no forecast."""

from datetime import datetime, timedelta
from typing import Any

from bigmodel.core.callbacks import Tell
from bigmodel.core.message import Message
from bigmodel.services.training.forecast import Forecast

HOUR_S, MINUTE_S = 3600.0, 60.0
HOURS_FROM_S = 90 * MINUTE_S
GB = 1024.0


def sentence(made: Forecast, now: datetime, tell: Tell) -> str:
    """Return how long, how much memory, and when it is done. `now` is an aware time of this place."""
    done = now + timedelta(seconds=made.seconds)
    at = done.strftime("%H:%M")
    if done.date() != now.date():
        args: dict[str, str | int | float] = {"day": done.strftime("%m-%d"), "time": at}
        at = tell(Message("train.forecast.tomorrow", args))
    said = {"time": span(made.seconds, tell), "memory": size(made.memory_mb), "clock": at}
    return tell(Message("train.forecast.sentence", dict(said)))


def certainty(made: Forecast, tell: Tell) -> str:
    """Return how sure the figures are."""
    if made.is_rough:
        return tell(Message("train.forecast.rough"))
    args: dict[str, str | int | float] = {
        "low": span(made.low_s, tell), "high": span(made.high_s, tell)
    }  # fmt: skip
    return tell(Message("train.forecast.range", args))


def sentences(made: Forecast, now: datetime, tell: Tell) -> list[str]:
    """Return all there is to say, the most important first."""
    light = tell(Message(f"train.forecast.light_{made.light}"))
    said = [f"{light}. {sentence(made, now, tell)}", certainty(made, tell)]
    said += [tell(message) for message in (*made.reasons, *made.notes)]
    if made.plan:
        said.append(f"{tell(Message('train.forecast.plan'))} {tell(made.plan.why)}")
    return said


def span(seconds: float, tell: Tell) -> str:
    """Return a length of time in one unit, as exact as a forecast is."""
    if seconds < MINUTE_S:
        return tell(Message("train.forecast.seconds", {"count": max(1, round(seconds))}))
    if seconds < HOURS_FROM_S:
        return tell(Message("train.forecast.minutes", {"count": round(seconds / MINUTE_S)}))
    return tell(Message("train.forecast.hours", {"count": round(seconds / HOUR_S, 1)}))


def size(megabytes: float) -> str:
    return f"{megabytes / GB:.1f} GB" if megabytes >= GB else f"{round(megabytes, -1):.0f} MB"


def to_json(made: Forecast) -> dict[str, Any]:
    """Return a forecast for programs."""
    plan = made.plan
    return {
        "seconds": round(made.seconds, 1),
        "low_s": round(made.low_s, 1),
        "high_s": round(made.high_s, 1),
        "memory_mb": round(made.memory_mb),
        "disk_mb": round(made.disk_mb),
        "light": made.light,
        "is_rough": made.is_rough,
        "reasons": [message.to_json() for message in made.reasons],
        "plan": None
        if plan is None
        else {"base": plan.base, "preset": plan.preset, "changes": dict(plan.changes)},
    }
