"""What a job is: its states, the one table of legal moves, and its frozen value. It never moves anything itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bigmodel.core.message import Message

# How much of the whole a phase without steps of its own stands for.
SHARES = {"prepare": 0.01, "instant": 0.03, "load": 0.04}
TRAINED_FROM, TRAINED_TO = 0.05, 0.98


class State(StrEnum):
    """Where a job is. The moves between them are in `MOVES` and nowhere else."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    LOST = "lost"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Wish(StrEnum):
    """What somebody asked of a job. It stands beside the state, because only the supervisor moves states."""

    NONE = "none"
    CANCEL = "cancel"
    END = "end"  # a cancel by whoever runs a shared installation
    PAUSE = "pause"

    @property
    def is_cancel(self) -> bool:
        return self in (Wish.CANCEL, Wish.END)


MOVES: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.STARTING, State.PAUSED, State.CANCELLED}),
    State.STARTING: frozenset({State.RUNNING, State.LOST, State.FAILED, State.CANCELLED}),
    State.RUNNING: frozenset(
        {State.SUCCEEDED, State.FAILED, State.CANCELLED, State.PAUSED, State.LOST}
    ),
    State.PAUSED: frozenset({State.QUEUED, State.CANCELLED}),
    State.LOST: frozenset({State.QUEUED, State.FAILED, State.CANCELLED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
FINAL: frozenset[State] = frozenset(state for state, moves in MOVES.items() if not moves)
LIVE: frozenset[State] = frozenset({State.STARTING, State.RUNNING})


@dataclass(frozen=True)
class Progress:
    """How far a job is, as its worker last said. Steps are optimiser steps; `memory_mb` is of the worker."""

    phase: str = ""
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    epochs: int = 0
    examples_per_s: float = 0.0
    left_s: float | None = None
    memory_mb: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return self.__dict__.copy()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Progress":
        return cls(**{key: value[key] for key in cls.__dataclass_fields__ if key in value})


@dataclass(frozen=True)
class Saved:
    """A registered checkpoint: its folder relative to the data folder, its step, the digest of its files."""

    folder: str
    step: int
    digest: str = ""


@dataclass(frozen=True)
class Job:
    """One training that somebody asked for. Changed by copy only; the store holds the truth.

    `token` grows with every claim and fences writes of older attempts. `key` makes a submission
    idempotent: the same owner and key is the same job. `checkpoint` is the newest registered
    checkpoint, relative to the data folder, and `older` those before it, newest first. `continues` is
    the finished job whose curve and checkpoint this one goes on from. A higher `priority` goes first
    among the jobs of one owner; `via` says where it was asked for; `expected_s` is the forecast.
    """

    id: str
    owner: str
    key: str
    name: str
    task: str
    dataset_id: str
    dataset_version: int
    base: str
    preset: str
    params: Mapping[str, Any]
    created_at: datetime
    state: State = State.QUEUED
    wish: Wish = Wish.NONE
    token: int = 0
    attempt: int = 0
    max_attempts: int = 3
    not_before: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    beat_at: datetime | None = None
    progress: Progress = field(default_factory=Progress)
    message: Message | None = None
    traceback: str = ""
    checkpoint: str = ""
    checkpoint_step: int = 0
    checkpoint_digest: str = ""
    older: tuple[Saved, ...] = ()
    continues: str = ""
    priority: int = 0
    via: str = ""
    expected_s: float = 0.0

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def saved(self) -> tuple[Saved, ...]:
        """The registered checkpoints, newest first."""
        if not self.checkpoint:
            return ()
        newest = Saved(self.checkpoint, self.checkpoint_step, self.checkpoint_digest)
        return (newest, *self.older)


@dataclass(frozen=True)
class JobEvent:
    """One line of a job's history: a move, a wish, or a note of its worker, in the order it happened."""

    seq: int
    at: datetime
    kind: str
    message: Message


def share_done(job: Job) -> float:
    """Return how much of the whole job is done, 0 to 1."""
    progress = job.progress
    if job.state == State.SUCCEEDED:
        return 1.0
    if progress.phase in SHARES or not progress.steps:
        return SHARES.get(progress.phase, 0.0)
    within = min(1.0, progress.step / progress.steps)
    return TRAINED_FROM + (TRAINED_TO - TRAINED_FROM) * within
