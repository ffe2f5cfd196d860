"""A data folder with real data and a real training that ended, made in this process without a supervisor."""

import json
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.events import Event, Kind, decode
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.model import TrainedModel
from bigmodel.data.projects import unpack
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task, load_engine

OWNER = "local"


def run_here(module: str, request: Path, progress: object, **bounds: object) -> int:
    """Stand in for the limited child of a project: the same work in this process, without its limits."""
    del module, progress, bounds
    with (request.parent / "out").open("w") as out, redirect_stdout(out):
        return unpack.answer(json.loads(request.read_text("utf-8")))


def store_of(services: Services) -> Store:
    store: Store = services.project._store
    return store


def write_table(path: Path, rows: int = 120) -> Path:
    words = {"good": "lovely warm soup 好吃", "bad": "cold and late 难吃"}
    lines = [f"{words[label]} {n},{label}" for n in range(rows // 2) for label in words]
    path.write_text("\n".join(["text,label", *lines]), "utf-8")
    return path


def train(
    services: Services,
    dataset: Dataset,
    *,
    name: str = "soup",
    task: str = "text_classification",
    base: str = "instant",
    **params: Any,
) -> Job:
    """Train on a dataset, by default the instant model, and let the job succeed."""
    store, settings = store_of(services), services.settings
    chosen = get_task(task, settings.task_folders)
    whole = chosen.params(base=base, **params).model_dump(mode="json")
    job = Job(
        id=new_id(), owner=dataset.owner, key=new_id(), name=name, task=task, dataset_id=dataset.id,
        dataset_version=dataset.version.number, base=base, preset="balanced", params=whole,
        created_at=now(),
    )  # fmt: skip
    store.jobs.submit(job)
    claimed = store.jobs.claim(now())
    assert claimed is not None
    folder = settings.jobs / job.id / "1"
    files = {"name": base, "kind": base, "folder": None}
    attempt = Attempt(job.id, 1, task, name, whole, files, dataset.version.folder)
    attempt_folder.write_attempt(folder, attempt)
    store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=now())
    run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    events, taken = decode((folder / attempt_folder.EVENTS).read_bytes())
    told = [_with_labels(settings, event) for event in events]
    store.jobs.ingest(job.id, 1, 0, taken, told, now())
    store.jobs.move(job.id, 1, State.RUNNING, State.SUCCEEDED, at=now())
    return store.jobs.get(dataset.owner, job.id)


def _with_labels(settings: Settings, event: Event) -> Event:
    """Return an event as the supervisor hands it on: labels of a model stand in its folder."""
    if event.kind != Kind.RESULT:
        return event
    card = attempt_folder.read_json(settings.home / event.data["folder"] / "model.json") or {}
    return replace(event, data={**event.data, "labels": card["labels"]})


def answers(services: Services, model: TrainedModel, texts: list[str]) -> list[Any]:
    """Return what a model says, loaded from where it lies."""
    engine = load_engine(get_task(model.task))
    return engine.load(services.settings.home / model.folder).answer(texts)
