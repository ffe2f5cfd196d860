"""The records of a project as strict models: what they do not name is refused; they never decide where anything goes."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from bigmodel.core.datasets.card import MOST_CHARACTERS, DatasetCard
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.job import FINAL, Job, JobEvent, Progress, State
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.message import Message
from bigmodel.core.model import Base, TrainedModel
from bigmodel.data.projects.layout import ID, SHA256

Json = dict[str, Any]  # Any: as deep as the values of `core` that are checked by their own types
Id = Annotated[str, Field(pattern=f"^{ID}$")]
Digest = Annotated[str, Field(pattern=f"^{SHA256}$")]
Name = Annotated[str, Field(max_length=400)]
Said = Annotated[str, Field(max_length=MOST_CHARACTERS)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Record = TypeVar("Record", bound="_Strict")
Value = TypeVar("Value")

_RECIPE, _SUMMARY = TypeAdapter(Recipe), TypeAdapter(Summary)
_PROGRESS, _BASE = TypeAdapter(Progress), TypeAdapter(Base)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Part(_Strict):
    """One file of a project."""

    name: Annotated[str, Field(max_length=300)]
    sha256: Digest
    size: Count


class Head(_Strict):
    """`project.json`."""

    v: Literal[1] = 1
    app: Annotated[str, Field(max_length=40)]
    created: AwareDatetime
    parts: tuple[Part, ...]


class VersionRecord(_Strict):
    """A version without its place."""

    number: Annotated[int, Field(ge=1, lt=1_000_000)]
    digest: Digest
    created_at: AwareDatetime
    recipe: Json
    summary: Json

    @field_validator("recipe")
    @classmethod
    def _is_recipe(cls, value: Json) -> Json:
        _RECIPE.validate_python(value)
        return _only(value, Recipe.from_json(value).to_json())

    @field_validator("summary")
    @classmethod
    def _is_summary(cls, value: Json) -> Json:
        _SUMMARY.validate_python(value)
        return _only(value, Summary.from_json(value).to_json())

    @classmethod
    def of(cls, version: Version) -> Self:
        return cls(
            number=version.number,
            digest=version.digest,
            created_at=version.created_at,
            recipe=_plain(version.recipe.to_json()),
            summary=_plain(version.summary.to_json()),
        )

    def version(self, dataset_id: str) -> Version:
        """Return it as the version of a dataset that lies where datasets lie."""
        return Version(
            dataset_id=dataset_id,
            number=self.number,
            folder=f"datasets/{dataset_id}/{self.number}",
            digest=self.digest,
            created_at=self.created_at,
            recipe=Recipe.from_json(self.recipe),
            summary=Summary.from_json(self.summary),
        )


class LabellingRecord(_Strict):
    """Manual labels: classes, and the log of label events, oldest first."""

    classes: tuple[Name, ...]
    marks: tuple[tuple[Count, Annotated[str, Field(max_length=200)], Name, bool], ...]
    relabel: dict[Name, Name]
    change: Count
    written: Count

    @field_validator("marks")
    @classmethod
    def _are_in_order(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        numbers = [mark[0] for mark in value]
        if numbers != sorted(set(numbers)):
            raise ValueError("marks are not in order")
        return value

    @classmethod
    def of(cls, sorting: Labelling) -> Self:
        return cls.model_validate(sorting.to_json())

    def sorting(self) -> Labelling:
        return Labelling.from_json(self.model_dump())


class CardRecord(_Strict):
    """What a person says of a dataset."""

    about: Said = ""
    origin: Said = ""
    licence: Said = ""
    consent: Said = ""
    people: Said = ""

    def card(self) -> DatasetCard:
        return DatasetCard.from_json(self.model_dump())


class DatasetRecord(_Strict):
    """A dataset with all its versions, oldest first."""

    id: Id
    name: Name
    created_at: AwareDatetime
    versions: Annotated[tuple[VersionRecord, ...], Field(min_length=1)]
    sorting: LabellingRecord | None = None
    card: CardRecord | None = None

    @field_validator("versions")
    @classmethod
    def _are_in_line(cls, value: tuple[VersionRecord, ...]) -> tuple[VersionRecord, ...]:
        if [version.number for version in value] != list(range(1, len(value) + 1)):
            raise ValueError("versions are not numbered one by one")
        return value

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        versions: Sequence[Version],
        sorting: Labelling | None,
        card: DatasetCard | None = None,
    ) -> Self:
        return cls(
            card=CardRecord(**dict(card)) if card else None,
            sorting=LabellingRecord.of(sorting) if sorting else None,
            id=dataset.id,
            name=dataset.name,
            created_at=dataset.created_at,
            versions=tuple(map(VersionRecord.of, versions)),
        )

    def dataset(self, dataset_id: str, owner: str, name: str) -> Dataset:
        newest = self.versions[-1].version(dataset_id)
        return Dataset(dataset_id, owner, name, self.created_at, newest)


class MessageRecord(_Strict):
    """A sentence by key and arguments; whether this app has it, is looked up where it comes in."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,160}$")]
    args: dict[str, str | int | float] = {}
    level: Literal["info", "warning", "error"] = "info"

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(key=message.key, args=dict(message.args), level=message.level)

    def message(self) -> Message:
        return Message(self.key, self.args, self.level)


class EventRecord(_Strict):
    """A line of a job's history."""

    at: AwareDatetime
    kind: Literal["move", "wish", "note"]
    message: MessageRecord

    @classmethod
    def of(cls, event: JobEvent) -> Self:
        return cls.model_validate(
            {"at": event.at, "kind": event.kind, "message": MessageRecord.of(event.message)}
        )

    def event(self, seq: int) -> JobEvent:
        return JobEvent(seq, self.at, self.kind, self.message.message())


class ModelRecord(_Strict):
    """A trained model without its place."""

    id: Id
    kind: Literal["instant", "tuned"]
    task: Name
    base: Name
    digest: Digest
    size_mb: float
    labels: tuple[Name, ...]
    metrics: dict[str, dict[str, float]]
    kept: bool
    created_at: AwareDatetime | None

    @classmethod
    def of(cls, model: TrainedModel) -> Self:
        record = {key: getattr(model, key) for key in cls.model_fields}
        metrics = {split: dict(values) for split, values in model.metrics.items()}
        return cls.model_validate(record | {"metrics": metrics})


class JobRecord(_Strict):
    """A final job with its history and models, without what only held where it ran."""

    id: Id
    name: Name
    task: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
    dataset: Id
    version: Annotated[int, Field(ge=1, lt=1_000_000)]
    base: Name
    preset: Annotated[str, Field(max_length=40)]
    params: Json
    created_at: AwareDatetime
    state: Literal["succeeded", "failed", "cancelled"]
    token: Count
    attempt: Count
    max_attempts: Count
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    beat_at: AwareDatetime | None
    progress: Json
    message: MessageRecord | None
    traceback: Annotated[str, Field(max_length=100_000)]
    continues: Id | Literal[""]
    via: Annotated[str, Field(max_length=80)]
    expected_s: float
    models: Annotated[tuple[ModelRecord, ...], Field(max_length=2)]
    history: tuple[EventRecord, ...]

    @field_validator("progress")
    @classmethod
    def _is_progress(cls, value: Json) -> Json:
        _PROGRESS.validate_python(value)
        return _only(value, Progress.from_json(value).to_json())

    @field_validator("models")
    @classmethod
    def _are_of_two_kinds(cls, value: tuple[ModelRecord, ...]) -> tuple[ModelRecord, ...]:
        if len({model.kind for model in value}) < len(value) or sum(m.kept for m in value) > 1:
            raise ValueError("a job has one model of a kind and keeps one")
        return value

    @classmethod
    def of(cls, job: Job, models: Sequence[TrainedModel], history: Sequence[JobEvent]) -> Self:
        same = ("id", "name", "task", "base", "preset", "created_at", "state", "token", "attempt",
                "max_attempts", "started_at", "ended_at", "beat_at", "traceback", "continues", "via",
                "expected_s")  # fmt: skip
        return cls.model_validate(
            {key: getattr(job, key) for key in same}
            | {
                "dataset": job.dataset_id,
                "version": job.dataset_version,
                "params": _plain(dict(job.params)),
                "progress": job.progress.to_json(),
                "message": MessageRecord.of(job.message) if job.message else None,
                "models": tuple(map(ModelRecord.of, models)),
                "history": tuple(map(EventRecord.of, history)),
            }
        )

    def job(self, *, job_id: str, owner: str, dataset_id: str, base: str, continues: str) -> Job:
        """Return the job under its ids here."""
        params = self.params | ({"base": base} if "base" in self.params else {})
        return Job(
            id=job_id, owner=owner, key="", name=self.name, task=self.task,
            dataset_id=dataset_id, dataset_version=self.version, base=base, preset=self.preset,
            params=params, created_at=self.created_at, state=State(self.state),
            token=self.token, attempt=self.attempt, max_attempts=self.max_attempts,
            started_at=self.started_at, ended_at=self.ended_at, beat_at=self.beat_at,
            progress=Progress.from_json(self.progress),
            message=self.message.message() if self.message else None,
            traceback=self.traceback, continues=continues, via=self.via, expected_s=self.expected_s,
        )  # fmt: skip


class PointsRecord(_Strict):
    """Some points of one curve; null is a number that is none."""

    job: Id
    name: Annotated[str, Field(min_length=1, max_length=120)]
    points: Annotated[tuple[tuple[Count, float | None], ...], Field(max_length=10_000)]


class BaseRecord(_Strict):
    """An imported or fetched base model with the digests of its files."""

    key: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    record: Json
    files: dict[str, Digest]

    @field_validator("record")
    @classmethod
    def _is_base(cls, value: Json) -> Json:
        base = _BASE.validate_python(value)
        is_own = (
            base.source.partition(":")[0] == base.kind
        )  # never `package:`, which is looked up here
        if base.kind not in ("hub", "folder") or not is_own or value.get("presets"):
            raise ValueError("not a base model that was brought here")
        return _only(value, asdict(base))


def digest_of(files: Mapping[str, str]) -> str:
    """Return the one digest of a model's files by name, as it was when they were sealed."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def is_final(job: Job) -> bool:
    """Tell whether a job may travel."""
    return job.state in FINAL


def line(record: _Strict) -> bytes:
    """Return a record as one line; numbers are written so that they read the same again."""
    return (json.dumps(_dumped(record), ensure_ascii=False) + "\n").encode()


def read_lines(path: Path, kind: type[Record]) -> Iterator[Record]:
    """Yield the records of a file.

    Raises:
        ValueError: a line is not such a record.
    """
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as file:
        for text in file:
            yield kind.model_validate(json.loads(text))


def _dumped(record: _Strict) -> Json:
    """Return a record without what it does not say: a reader from before that was there refuses it."""
    return {key: _value(value) for key, value in record if key != "card" or value is not None}


def _value(value: object) -> object:
    if isinstance(value, _Strict):
        return _dumped(value)
    if isinstance(value, tuple | list):
        return [_value(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(value: Json) -> Json:
    """Return a record as JSON reads it again: tuples are lists."""
    plain: Json = json.loads(json.dumps(value, ensure_ascii=False))
    return plain


def _only(value: Json, known: Json) -> Json:
    """Refuse what the values of `core` would not say again.

    Raises:
        ValueError: a field nobody knows, however deep.
    """
    said = _plain(known)
    if any(key not in said or repr(said[key]) != repr(value[key]) for key in value):
        raise ValueError("fields that nobody knows")
    return value
