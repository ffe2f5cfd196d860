"""Counts what a storm of faults broke: every figure but the faults and the jobs must be 0."""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from bigmodel.core.events import Kind, decode
from bigmodel.core.job import Job, State
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.worker import seal
from tests.fakes.chain import START, link
from tests.fakes.workshop import OWNER, Workshop

FINAL = ("succeeded", "failed", "cancelled")


@dataclass
class Losses:
    """What must never happen, counted."""

    lost_jobs: int = 0
    doubled_jobs: int = 0
    stuck_jobs: int = 0
    lost_points: int = 0
    doubled_points: int = 0
    unusable_checkpoints: int = 0
    wrong_models: int = 0
    token_regressions: int = 0
    left_processes: int = 0
    left_drafts: int = 0
    reasons: list[str] = field(default_factory=list)  # in words, for whoever has to find them

    @property
    def counts(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if name != "reasons"}

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def audit(workshop: Workshop, submitted: list[str]) -> Losses:
    """Look at every job that was submitted, in the store and on disk, after all is quiet."""
    losses = Losses()
    known = {job.id: job for job in workshop.store.jobs.list_all(OWNER, 100_000)}
    losses.lost_jobs += len(set(submitted) - set(known))
    losses.doubled_jobs += len(known) - len(set(submitted) & set(known))
    for job in known.values():
        _look_at(job, workshop, losses)
    losses.left_processes += len(workshop.workers())
    losses.left_drafts += len(list(workshop.settings.jobs.glob("*/*/*/.tmp-*")))
    return losses


def _look_at(job: Job, workshop: Workshop, losses: Losses) -> None:
    moves = Counter(workshop.moves(job.id))
    losses.stuck_jobs += not job.is_final
    losses.lost_jobs += job.state == State.FAILED
    if job.state not in (State.SUCCEEDED, State.CANCELLED):
        key = job.message.key if job.message else ""
        losses.reasons.append(f"{job.id} attempt {job.token}: {job.state} {key}\n{job.traceback}")
    losses.doubled_jobs += max(0, sum(moves[name] for name in FINAL) - 1)
    losses.token_regressions += moves["starting"] != job.token
    _look_at_points(job, workshop, losses)
    _look_at_attempts(job, workshop, losses)
    notes = Counter(workshop.notes(job.id))
    losses.unusable_checkpoints += notes["jobs.notes.checkpoint_back"]
    losses.unusable_checkpoints += notes["jobs.notes.checkpoint_none"]
    if job.state == State.SUCCEEDED:
        _look_at_models(job, workshop, losses)


def _look_at_points(job: Job, workshop: Workshop, losses: Losses) -> None:
    """A curve has each step once, from 1 to the last one, with the value that belongs to it."""
    curves = {curve.name: curve for curve in workshop.store.curves.read(OWNER, job.id, 1_000_000)}
    last = int(job.params["steps"]) if job.state == State.SUCCEEDED else None
    for name in ("train/loss", "train/learning_rate"):
        curve = curves.get(name)
        steps = list(curve.steps) if curve else []
        wanted = set(range(1, (last or max(steps, default=0)) + 1))
        losses.lost_points += len(wanted - set(steps))
        losses.doubled_points += len(steps) - len(wanted & set(steps))
        if curve and name == "train/loss":
            pairs = zip(steps, curve.values, strict=True)
            losses.doubled_points += sum(value != 1 / step for step, value in pairs)


def _look_at_attempts(job: Job, workshop: Workshop, losses: Losses) -> None:
    """Each attempt begins one step after its checkpoint, never goes back, and is the only one of its token."""
    for folder in (workshop.settings.jobs / job.id).glob("[1-9]*"):
        losses.token_regressions += int(folder.name) > job.token
        if not (folder / attempt_folder.EVENTS).exists():
            continue
        attempt = attempt_folder.read_attempt(folder)
        events, _ = decode((folder / attempt_folder.EVENTS).read_bytes())
        numbers = [event.seq for event in events]
        losses.token_regressions += numbers != list(range(1, len(numbers) + 1))
        points = (
            point for event in events if event.kind == Kind.POINTS for point in event.data["points"]
        )
        steps = [step for name, step, _ in points if name == "train/loss"]
        first = attempt.resume.step + 1 if attempt.resume else 1
        losses.token_regressions += steps != list(range(first, first + len(steps)))


def _look_at_models(job: Job, workshop: Workshop, losses: Losses) -> None:
    """Both models are there as they were sealed, and the weights tell every step."""
    home = workshop.settings.home
    models = {model.kind: model for model in workshop.store.models.list_all(OWNER, job.id)}
    losses.lost_jobs += set(models) != {"instant", "tuned"}
    for model in models.values():
        folder = home / model.folder
        losses.wrong_models += seal.digest_of(seal.digests(folder)) != model.digest
    chain = reduce(link, range(1, int(job.params["steps"]) + 1), START)
    losses.wrong_models += _chain(home / models["tuned"].folder) != chain
    for saved in job.saved[:1]:
        losses.unusable_checkpoints += not seal.is_whole(home / saved.folder, saved.digest)


def _chain(folder: Path) -> int:
    return int(json.loads((folder / "toy.json").read_text("utf-8"))["chain"])
