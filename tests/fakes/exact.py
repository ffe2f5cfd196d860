"""Exact resume, shown on real workers of any task: killed at a step, gone on from a checkpoint, the same in the end."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.jobs import attempt_folder
from bigmodel.store.open import open_store
from tests.fakes.workshop import OWNER, Workshop, quick_settings

SETTINGS = {"checkpoint_s": 0.0, "lease_s": 60.0, "backoff_s": 0.05, "threads": 1, "warm": True}


@dataclass(frozen=True)
class Outcome:
    """Everything that must be the same, whether a training was killed or left alone."""

    weights: dict[str, str]
    curves: dict[str, tuple[tuple[int, ...], tuple[float, ...]]]
    metrics: dict[str, Any]
    answers: str


@dataclass
class Trial:
    """One data folder in which jobs with the same settings are run, some of them killed.

    A checkpoint is written before every step, so that each kill finds one right before it.
    """

    workshop: Workshop
    task: str
    base: str
    params: dict[str, Any]

    @classmethod
    def open(
        cls,
        home: Path,
        make_dataset: Callable[[Path], Dataset],
        task: str,
        base: str,
        params: dict[str, Any],
    ) -> "Trial":
        """Open a fresh data folder, let the dataset's files be written into it, and start a supervisor."""
        charges = home.parent / "charges"
        charges.mkdir()
        settings = quick_settings(home, failpoints=charges, **SETTINGS)
        store = open_store(settings)
        dataset = make_dataset(home)
        store.datasets.add(dataset)
        workshop = Workshop(settings, store, dataset)
        workshop.supervise()
        return cls(workshop, task, base, {"base": base, **params})

    def run(self, kill_at: int = 0) -> Outcome:
        """Train, killed with SIGKILL after the step that follows `kill_at`, if given; return what came of it."""
        charges = self.workshop.settings.failpoints
        assert charges is not None
        if kill_at:
            (charges / f"saving-{kill_at + 1}.kill.1").touch()
        job_id = self._submit()
        job = self.workshop.wait_for(job_id, State.SUCCEEDED, State.FAILED)
        assert job.state == State.SUCCEEDED, job.traceback
        assert job.attempt == (2 if kill_at else 1), self.workshop.logs()
        last = attempt_folder.read_attempt(self.workshop.settings.jobs / job_id / str(job.token))
        assert (last.resume.step if last.resume else 0) == kill_at
        return self._outcome(job)

    def _submit(self) -> str:
        dataset = self.workshop.dataset
        job = Job(
            id=new_id(),
            owner=OWNER,
            key="",
            name="exact",
            task=self.task,
            dataset_id=dataset.id,
            dataset_version=dataset.version.number,
            base=self.base,
            preset="balanced",
            params=self.params,
            created_at=now(),
        )
        self.workshop.store.jobs.submit(job)
        (self.workshop.settings.run / "poke").touch()
        return job.id

    def _outcome(self, job: Job) -> Outcome:
        store, home = self.workshop.store, self.workshop.settings.home
        models = {model.kind: model for model in store.models.list_all(OWNER, job.id)}
        folder = home / models["tuned"].folder
        return Outcome(
            weights={path.name: _digest(path) for path in folder.rglob("*.safetensors")},
            curves={c.name: (c.steps, c.values) for c in store.curves.read(OWNER, job.id, 100_000)},
            metrics={kind: dict(model.metrics) for kind, model in models.items()},
            answers=_digest(folder / "predictions.parquet"),
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
