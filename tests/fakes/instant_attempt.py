"""A file that was imported and learned by a real attempt of the instant model, with the services that ask it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.events import Kind, decode
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.task import BaseFiles
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.inference.predict import InferenceService
from bigmodel.services.results.results import ResultService
from bigmodel.services.training.training import TrainingService
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import open_store
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import OWNER, quick_settings

NOBODY: Any = None


@dataclass
class Made:
    datasets: DatasetService
    demo: InferenceService
    results: ResultService
    dataset: Dataset
    job: str
    folder: Path
    settings: Settings
    store: Store
    serving: Serving


INSTANT_FILES = BaseFiles("instant", "instant")


@contextmanager
def instant_attempt(
    place: Path,
    file: Path,
    base: BaseFiles = INSTANT_FILES,
    *,
    is_lasting: bool = False,
    **params: object,
) -> Iterator[Made]:
    """Import a file, let its likeliest task's instant model learn it, and a base if there is one, and yield what asks them.

    A lasting one stores what it knows in a database.
    """
    settings = quick_settings(place / "home", task_folders=())
    store: Store = open_store(settings) if is_lasting else ScratchStore()
    serving = Serving(settings)
    datasets = DatasetService(settings, store)
    dataset = datasets.import_file(OWNER, file)
    task = TrainingService(settings, store, NOBODY, NOBODY).guess_task(dataset)
    job = Job(
        new_id(), OWNER, new_id(), file.stem, task, dataset.id, 1, base.name, "fast", {}, now()
    )
    store.jobs.submit(job)
    claimed = store.jobs.claim(now())
    assert claimed
    store.jobs.move(job.id, claimed.token, State.STARTING, State.RUNNING, at=now())
    folder = settings.jobs / job.id / "1"
    told = {"name": base.name, "kind": base.kind, "folder": base.folder and str(base.folder)}
    wanted = {"base": base.name, **params}
    attempt = Attempt(job.id, 1, task, file.stem, wanted, told, dataset.version.folder)
    attempt_folder.write_attempt(folder, attempt)
    run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    events = decode((folder / attempt_folder.EVENTS).read_bytes())[0]
    found = [event for event in events if event.kind == Kind.RESULT]
    for event in found:
        card = (settings.home / event.data["folder"] / "model.json").read_text("utf-8")
        event.data["labels"] = json.loads(card)["labels"]  # as the supervisor adds them
    assert store.jobs.ingest(job.id, 1, 0, 1, found, now())
    demo = InferenceService(settings, store, serving)
    results = ResultService(
        settings, store, lambda owner, model, texts: demo.answers(owner, model, texts)
    )
    try:
        yield Made(datasets, demo, results, dataset, job.id, place, settings, store, serving)
    finally:
        serving.close()
