"""Datasets, jobs, events and models with invented contents, for tests of the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.events import Event, Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel

START = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def version_of(dataset_id: str, number: int = 1) -> Version:
    summary = Summary(
        rows=4,
        usable_rows=3,
        columns=("text", "label"),
        classes={"好": 2, "bad": 1},
        split_rows={"train": 3},
        lengths=(1, 2, 3, 4, 5, 6),
        length_histogram=((0, 3), (10, 1)),
        number_range=(0.0, 1.5),
        problems=(Message("check.empty_rows", {"rows": 1}, "warning"),),
    )
    folder = f"datasets/{dataset_id}/{number}"
    return Version(
        dataset_id, number, folder, "digest", at(number), Recipe("text", "label"), summary
    )


def dataset_of(owner: str = "local", seconds: float = 0, name: str = "评论") -> Dataset:
    dataset_id = new_id()
    return Dataset(dataset_id, owner, name, at(seconds), version_of(dataset_id))


def job_of(dataset: Dataset, *, key: str | None = None, seconds: float = 0, **values: Any) -> Job:
    job = Job(
        id=new_id(),
        owner=dataset.owner,
        key=new_id() if key is None else key,
        name="情感",
        task="text_classification",
        dataset_id=dataset.id,
        dataset_version=dataset.version.number,
        base="instant",
        preset="balanced",
        params={"epochs": 3, "learning_rate": 2e-5, "freeze": [1, 2]},
        created_at=at(seconds),
    )
    return replace(job, **values)


def event_of(kind: Kind, **data: Any) -> Event:
    return Event(1, 0.0, kind, data)


def points_of(name: str, values: dict[int, float]) -> Event:
    return event_of(Kind.POINTS, points=[[name, step, value] for step, value in values.items()])


def result_of(kind: str = "instant", *, kept: bool, folder: str = "f") -> Event:
    model = TrainedModel(
        id=new_id(),
        kind="tuned" if kind == "tuned" else "instant",
        task="text_classification",
        base="instant",
        folder=folder,
        digest="d",
        size_mb=1.5,
        labels=("bad", "好"),
        metrics={"validation": {"accuracy": 0.5}, "test": {"accuracy": 0.25}},
        kept=kept,
    )
    return Event(1, 0.0, Kind.RESULT, model.to_json())
