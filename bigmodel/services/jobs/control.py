"""Pause, go on, run again, train further: what people do to trainings that exist; it asks, and never moves a live job itself."""

import hashlib
import itertools
import json
import math
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from bigmodel.core import clock
from bigmodel.core.errors import JobError
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, Progress, State, Wish
from bigmodel.core.name import clean_name
from bigmodel.jobs.artifacts import Artifacts, job_name
from bigmodel.jobs.supervisor.resources import require_room
from bigmodel.services.people.limits import Limits
from bigmodel.services.training.consent import require_consent
from bigmodel.services.training.job_name import free_name
from bigmodel.services.training.params import check_params
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task

EPOCHS, BUDGET = "epochs", "budget_s"
NOT_AN_ATTEMPT = "0"  # tokens count from 1: where a job keeps the checkpoint it begins with


class Waker(Protocol):
    """What calls the supervisor, and starts it if it does not run."""

    def wake(self) -> None:
        """Make sure that queued jobs will be taken."""


class ControlService:
    """Acts on jobs of one data folder. Everything may be asked twice: a double click is one deed."""

    def __init__(self, settings: Settings, store: Store, jobs: Waker) -> None:
        self._settings, self._store, self._jobs = settings, store, jobs
        self._artifacts = Artifacts(settings.home)

    def pause(self, owner: str, job_id: str) -> Job:
        """Ask a training to save and stop; one that waits stops waiting at once. It costs no attempt."""
        job = self._store.jobs.wish(owner, job_id, Wish.PAUSE)
        if job.is_live:
            self._jobs.wake()
        return job

    def resume(self, owner: str, job_id: str) -> Job:
        """Put a paused training back into line; it goes on one step after its last checkpoint.

        Raises:
            JobError: `job_goes_on` when it is not paused (any more), `disk_short`, `memory_short_now`, `consent_missing`.
        """
        job = self._store.jobs.get(owner, job_id)
        if job.state == State.PAUSED:
            require_room(self._settings)
            self._require_consent(job)
        move = (job.id, job.token, State.PAUSED, State.QUEUED)
        if not self._store.jobs.move(*move, at=clock.now()):
            raise JobError("job_goes_on", name=job.name)
        self._jobs.wake()
        return self._store.jobs.get(owner, job_id)

    def again(
        self,
        owner: str,
        job_id: str,
        changes: Mapping[str, Any] | None = None,
        *,
        base: str = "",
        dataset_version: int = 0,
        name: str = "",
        via: str = "",
    ) -> Job:
        """Queue a new training like an old one, with other settings, base or version of the data if given.

        Asked again in the same way while that one has not ended, it is that one.

        Raises:
            NotFoundError: no such job, or no such version of its dataset.
            ParamsError: settings that do not fit.
            JobError: `disk_short`, `memory_short_now`, `consent_missing`.
        """
        old = self._store.jobs.get(owner, job_id)
        values = {**old.params, **(changes or {})} | ({"base": base} if base else {})
        fresh = replace(
            _fresh(old),
            name=clean_name(name) or free_name(self._store, owner, old.name),
            base=base or old.base,
            dataset_version=dataset_version or old.dataset_version,
            params=self._checked(old, values),
            expected_s=0.0 if changes or base else _took_s(old),
            via=via,
        )
        asked = {"changes": dict(changes or {}), "base": base, "version": dataset_version}
        return self._submit(fresh, _key("again", old, asked))

    def train_further(self, owner: str, job_id: str, epochs: int, *, via: str = "") -> Job:
        """Queue a training that goes on from a finished one for some more epochs, its curve carried on.

        Weights and optimiser go on as they were. The learning rate is what it would be at this step in one
        training of all the epochs, so a schedule that had come down rises again first. A time budget is
        dropped, and early stopping counts anew.

        Raises:
            JobError: `job_not_continued`, `disk_short`, `memory_short_now`.
            ParamsError: `epochs` is not a number of epochs.
        """
        old = self._store.jobs.get(owner, job_id)
        if not self._can_go_on(old):
            raise JobError("job_not_continued", name=old.name)
        done = math.ceil(round(old.progress.epoch, 6)) or int(old.params[EPOCHS])
        values = {**old.params, EPOCHS: done + epochs, BUDGET: 0}
        fresh = replace(
            _fresh(old),
            name=f"{old.name} +{epochs}",
            params=self._checked(old, values),
            continues=old.id,
            checkpoint_step=old.checkpoint_step,
            checkpoint_digest=old.checkpoint_digest,
            progress=Progress(step=old.checkpoint_step),
            expected_s=_took_s(old) * epochs / done,
            via=via,
        )
        return self._submit(fresh, _key("further", old, {"epochs": epochs}), of=old)

    def can_train_further(self, owner: str, job_id: str) -> bool:
        """Tell whether a job can be trained further: a fine-tuning that ended well, its last state still kept."""
        return self._can_go_on(self._store.jobs.get(owner, job_id))

    def _can_go_on(self, job: Job) -> bool:
        is_kept = bool(job.checkpoint) and self._artifacts.exists(job.checkpoint)
        return job.state == State.SUCCEEDED and is_kept and EPOCHS in job.params

    def _checked(self, job: Job, values: Mapping[str, Any]) -> dict[str, Any]:
        task = get_task(job.task, self._settings.task_folders)
        return check_params(task, values).model_dump(mode="json")

    def _require_consent(self, job: Job) -> None:
        task = get_task(job.task, self._settings.task_folders)
        if task.asks_consent:
            version = self._store.datasets.version(job.owner, job.dataset_id, job.dataset_version)
            require_consent(self._settings, version, task)

    def _submit(self, fresh: Job, key: str, *, of: Job | None = None) -> Job:
        """Store a new job, or return the one that was stored for the same deed and has not ended."""
        require_room(self._settings)
        Limits(self._settings, self._store).check_training(fresh.owner, key)
        self._require_consent(fresh)
        if of is not None:
            place = self._artifacts.path(f"{job_name(fresh.id)}/{NOT_AN_ATTEMPT}/checkpoints")
            folder = _linked(self._artifacts.path(of.checkpoint), place)
            fresh = replace(fresh, checkpoint=self._artifacts.name(folder))
        for count in itertools.count(1):
            stored = self._store.jobs.submit(replace(fresh, key=f"{key}:{count}"))
            if stored.id == fresh.id or not stored.is_final:
                break
        if stored.id != fresh.id:
            self._artifacts.remove([job_name(fresh.id)])
        self._jobs.wake()
        return stored


def _fresh(old: Job) -> Job:
    """Return a queued job with what an old one was asked for, and nothing of what became of it."""
    return Job(
        id=new_id(),
        owner=old.owner,
        key="",
        name=old.name,
        task=old.task,
        dataset_id=old.dataset_id,
        dataset_version=old.dataset_version,
        base=old.base,
        preset=old.preset,
        params=old.params,
        created_at=clock.now(),
    )


def _key(deed: str, old: Job, asked: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
    return f"{deed}:{old.id}:{digest[:16]}"


def _took_s(job: Job) -> float:
    """Return how long a job took, 0 where it did not end well."""
    if job.state != State.SUCCEEDED or not job.started_at or not job.ended_at:
        return 0.0
    return (job.ended_at - job.started_at).total_seconds()


def _linked(source: Path, place: Path) -> Path:
    """Give a checkpoint a second name, so that it outlives the job it came from; copied where that is not possible."""
    target = place / source.name
    target.mkdir(parents=True)
    for file in source.iterdir():
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copyfile(file, target / file.name)
    return target
