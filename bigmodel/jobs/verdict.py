"""Decides what an attempt that ended means for its job: a state, a sentence, and whether to try again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bigmodel.core.job import Job, State, Wish
from bigmodel.core.message import Message
from bigmodel.jobs.attempt_folder import Exit

MOST_MEMORY_ATTEMPTS = 2
BACKOFF_SHARE = 1 / 3  # of the lease: 10 s, doubled for each further attempt


@dataclass(frozen=True)
class Ending:
    """What is known of how an attempt ended. `outcome` is empty when the worker could not say it itself."""

    outcome: str = ""
    error: Mapping[str, Any] | None = None
    exit: Exit | None = None
    is_silent: bool = False
    is_memory: bool = False  # the system ended processes for want of memory meanwhile
    log_tail: str = ""


@dataclass(frozen=True)
class Verdict:
    """Where the job goes: a final state or `paused`, or `lost` with whether it comes back into line."""

    to: State
    message: Message | None = None
    traceback: str = ""
    is_retried: bool = False


def judge(job: Job, ending: Ending) -> Verdict:
    """Return what becomes of a job in `starting` or `running` whose worker is gone."""
    if ending.outcome == "succeeded":
        return Verdict(State.SUCCEEDED)
    if job.wish == Wish.CANCEL or ending.outcome == "cancelled":
        return Verdict(State.CANCELLED)
    if ending.outcome == "paused":
        return Verdict(State.PAUSED)
    message, traceback, can_retry = _reason(ending)
    if not can_retry:
        return Verdict(State.FAILED, message, traceback)
    most = MOST_MEMORY_ATTEMPTS if ending.is_memory else job.max_attempts
    return Verdict(State.LOST, message, traceback, is_retried=job.attempt < most)


def backoff_s(attempt: int, lease_s: float) -> float:
    """Return how long a job waits before its next attempt."""
    return float(lease_s * BACKOFF_SHARE * 2 ** (attempt - 1))


def _reason(ending: Ending) -> tuple[Message, str, bool]:
    """Return the sentence, the technical part, and whether another attempt can help."""
    if ending.error is not None:
        message = Message.from_json(ending.error["message"])
        return message, str(ending.error.get("traceback", "")), bool(ending.error.get("retry"))
    if ending.is_memory:
        return Message("errors.memory_short", level="error"), ending.log_tail, True
    if ending.is_silent:
        return Message("errors.worker_silent", level="error"), ending.log_tail, True
    if ending.exit is not None and ending.exit.signal is not None:
        args = {"signal": ending.exit.signal}
        return Message("errors.worker_killed", args, "error"), ending.log_tail, True
    return Message("errors.worker_gone", level="error"), ending.log_tail, True
