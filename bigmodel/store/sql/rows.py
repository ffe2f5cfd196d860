"""The one translation between rows of the database and the values of `core`; it must never run a query."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import RowMapping

from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.job import Job, Progress, Saved, State, Wish
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel

Record = dict[str, Any]  # a row by column: its values are as many kinds as there are columns


def dataset_record(dataset: Dataset) -> Record:
    return {
        "id": dataset.id,
        "owner": dataset.owner,
        "name": dataset.name,
        "created_at": dataset.created_at,
    }


def version_record(version: Version) -> Record:
    return {
        "dataset_id": version.dataset_id,
        "number": version.number,
        "folder": version.folder,
        "digest": version.digest,
        "created_at": version.created_at,
        "recipe": version.recipe.to_json(),
        "summary": version.summary.to_json(),
    }


def to_version(row: RowMapping) -> Version:
    return Version(
        dataset_id=row["dataset_id"],
        number=row["number"],
        folder=row["folder"],
        digest=row["digest"],
        created_at=row["created_at"],
        recipe=Recipe.from_json(row["recipe"]),
        summary=Summary.from_json(row["summary"]),
    )


def to_dataset(row: RowMapping, version: Version) -> Dataset:
    return Dataset(row["id"], row["owner"], row["name"], row["created_at"], version)


def job_record(job: Job) -> Record:
    record = {field.name: getattr(job, field.name) for field in fields(job)}
    return record | {
        "params": dict(job.params),
        "state": job.state.value,
        "wish": job.wish.value,
        "progress": job.progress.to_json(),
        "message": job.message.to_json() if job.message else None,
        "older": [asdict(saved) for saved in job.older],
    }


def changes(before: Job, after: Job) -> Record:
    """Return the columns in which two states of a job differ."""
    old = job_record(before)
    return {name: value for name, value in job_record(after).items() if old[name] != value}


def to_job(row: RowMapping) -> Job:
    record = {field.name: row[field.name] for field in fields(Job)}
    return Job(
        **record
        | {
            "state": State(row["state"]),
            "wish": Wish(row["wish"]),
            "progress": Progress.from_json(row["progress"]),
            "message": Message.from_json(row["message"]) if row["message"] else None,
            "older": tuple(Saved(**saved) for saved in row["older"]),
        }
    )


def model_record(model: TrainedModel) -> Record:
    return model.to_json() | {"job_id": model.job_id, "created_at": model.created_at}


def to_model(row: RowMapping | Mapping[str, Any]) -> TrainedModel:
    """Return a model from a row that also holds its job's owner and name."""
    known = {field.name: row[field.name] for field in fields(TrainedModel)}
    return TrainedModel(**known | {"labels": tuple(row["labels"])})
