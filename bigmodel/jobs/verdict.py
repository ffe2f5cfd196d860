"""Decides what an attempt that ended means for its job: a state, a sentence, and whether to try again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bigmodel.core.job import Job, State
from bigmodel.core.message import Message
from bigmodel.jobs.attempt_folder import Exit

FEWER_FOR_MEMORY = 1  # attempts: what ran out of memory twice will do so again
MOST_DOUBLINGS = 5
JITTER = 0.25  # of a wait, at most: jobs that were lost together do not come back together
DISK_FULL = 74  # exit status of a worker that could not even say so
KILLED = 9


@dataclass(frozen=True)
class Ending:
    """What is known of how an attempt ended. `outcome` is empty when the worker could not say it itself."""

    outcome: str = ""
    error: Mapping[str, Any] | None = None
    exit: Exit | None = None
    is_silent: bool = False
    has_memory_kills: bool = False  # the system ended processes for want of memory meanwhile
    log_tail: str = ""

    @property
    def said(self) -> str:
        """The outcome as the worker said it, also where it was ended right before its last word."""
        return self.outcome or str((self.error or {}).get("outcome", ""))

    @property
    def is_memory(self) -> bool:
        """Whether the system ended the worker for want of memory."""
        is_killed = self.exit is None or KILLED in (self.exit.signal, self.exit.code - 128)
        is_quiet = not self.outcome and self.error is None and not self.is_silent
        return self.has_memory_kills and is_killed and is_quiet


@dataclass(frozen=True)
class Verdict:
    """Where the job goes: a final state or `paused`, or `lost` with whether it comes back into line."""

    to: State
    message: Message | None = None
    traceback: str = ""
    is_retried: bool = False


def judge(job: Job, ending: Ending) -> Verdict:
    """Return the next state of a job in `starting` or `running` whose worker is gone."""
    if ending.outcome == "succeeded":
        return Verdict(State.SUCCEEDED)
    if job.wish.is_cancel or ending.outcome == "cancelled":
        return Verdict(State.CANCELLED)
    message, traceback, can_retry = _reason(ending)
    if ending.said == "paused":
        return Verdict(State.PAUSED, message if ending.error else None, traceback)
    if ending.exit is not None and ending.exit.code == DISK_FULL:
        return Verdict(State.PAUSED, Message("errors.paused_disk_full", level="error"), traceback)
    if not can_retry:
        return Verdict(State.FAILED, message, traceback)
    most = job.max_attempts - (FEWER_FOR_MEMORY if ending.is_memory else 0)
    return Verdict(State.LOST, message, traceback, is_retried=job.attempt < most)


def backoff_s(attempt: int, first_s: float, chance: float = 0.0) -> float:
    """Return how long a job waits before its next attempt: doubled each time, and a share of it by chance (0 to 1)."""
    return first_s * 2.0 ** min(attempt - 1, MOST_DOUBLINGS) * (1 + JITTER * chance)


def _reason(ending: Ending) -> tuple[Message, str, bool]:
    """Return the sentence, the technical part, and whether another attempt can help."""
    if ending.error is not None:
        message = Message.from_json(ending.error["message"])
        return message, str(ending.error.get("traceback", "")), bool(ending.error.get("retry"))
    if ending.outcome:
        return Message("errors.worker_gone", level="error"), "", True
    if ending.is_memory:
        return Message("errors.memory_short", level="error"), ending.log_tail, True
    if ending.is_silent:
        return Message("errors.worker_silent", level="error"), ending.log_tail, True
    if ending.exit is not None and ending.exit.signal is not None:
        args = {"signal": ending.exit.signal}
        return Message("errors.worker_killed", args, "error"), ending.log_tail, True
    return Message("errors.worker_gone", level="error"), ending.log_tail, True
