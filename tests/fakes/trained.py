"""A finished training on disk and in a store: rows, a real instant model where asked for, and answers as wanted."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.events import Event, Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.model import TrainedModel
from bigmodel.data.versions.versions import ITEMS
from bigmodel.settings import Settings
from bigmodel.store.base import Store

OWNER = "somebody"
Row = tuple[str, str, str]  # split, text, target


@dataclass(frozen=True)
class Training:
    """A job of `OWNER`, claimed and running, whose models are added one by one."""

    settings: Settings
    store: Store
    job: Job
    version: Version
    rows: Sequence[Row]
    row_ids: Sequence[str]

    def add_model(
        self,
        kind: str,
        scores: Sequence[Sequence[float]],
        labels: Sequence[str],
        *,
        kept: bool = False,
        is_folded: bool = False,
        heard: Sequence[str] = (),
    ) -> TrainedModel:
        """Report a model that answered the test rows (or every row, of one by folds) with these scores."""
        model = TrainedModel(
            id=new_id(),
            kind=kind,  # type: ignore[arg-type]
            task=self.job.task,
            base="instant" if kind == "instant" else "minilm",
            folder=f"jobs/{self.job.id}/1/models/{kind}",
            digest=f"digest of {kind}",
            size_mb=1.0,
            labels=tuple(labels),
            metrics={},
            kept=kept,
        )
        folder = self.settings.home / model.folder
        folder.mkdir(parents=True, exist_ok=True)
        self._write_answers(folder, scores, is_folded=is_folded, heard=heard)
        offset = self.store.jobs.offset(self.job.id, 1)
        event = Event(1, 0.0, Kind.RESULT, model.to_json())
        self.store.jobs.ingest(self.job.id, 1, offset, offset + 1, [event], now())
        return self.store.models.get(OWNER, model.id)

    def end(self) -> None:
        """Let the job succeed."""
        self.store.jobs.move(self.job.id, 1, State.RUNNING, State.SUCCEEDED, at=now())

    def _write_answers(
        self,
        folder: Path,
        scores: Sequence[Sequence[float]],
        *,
        is_folded: bool,
        heard: Sequence[str],
    ) -> None:
        wanted = "train" if is_folded else "test"
        chosen = [i for i, row in enumerate(self.rows) if row[0] == wanted]
        table = {
            "row_id": [self.row_ids[i] for i in chosen],
            "split": ["test"] * len(chosen),
            "truth": [self.rows[i][2] for i in chosen],
            "scores": pa.array([list(row) for row in scores], pa.list_(pa.float32())),
        }
        if heard:
            table["text"] = list(heard)
        pq.write_table(pa.table(table), folder / "predictions.parquet")
        record = {"v": 1, "task": self.job.task, "is_folded": is_folded}
        (folder / "model.json").write_text(json.dumps(record), "utf-8")


def start_training(
    settings: Settings,
    store: Store,
    rows: Sequence[Row],
    task: str = "text_classification",
    **params: int,
) -> Training:
    """Store a dataset of these rows, and a running job on it."""
    row_ids = [new_id() for _ in rows]
    version = _version(settings, rows, row_ids, new_id(), 1)
    store.datasets.add(Dataset(version.dataset_id, OWNER, "Own data", now(), version))
    return _training(settings, store, rows, row_ids, version, task, params)


def train_again(
    before: Training,
    rows: Sequence[Row],
    relabel: Mapping[str, str] | None = None,
    **params: int,
) -> Training:
    """Store a next version, whose first rows are those of the one before (their id stays), and a job on it."""
    row_ids = [*before.row_ids, *(new_id() for _ in rows[len(before.row_ids) :])]
    number = before.version.number + 1
    dataset_id = before.version.dataset_id
    version = _version(before.settings, rows, row_ids, dataset_id, number, relabel)
    before.store.datasets.add_version(OWNER, version)
    return _training(before.settings, before.store, rows, row_ids, version, before.job.task, params)


def _training(
    settings: Settings,
    store: Store,
    rows: Sequence[Row],
    row_ids: Sequence[str],
    version: Version,
    task: str,
    params: Mapping[str, int],
) -> Training:
    job = Job(
        id=new_id(),
        owner=OWNER,
        key="",
        name="Own training",
        task=task,
        dataset_id=version.dataset_id,
        dataset_version=version.number,
        base="instant",
        preset="balanced",
        params=params,
        created_at=now(),
    )
    store.jobs.submit(job)
    store.jobs.claim(now())
    store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=now())
    return Training(settings, store, job, version, rows, row_ids)


def _version(
    settings: Settings,
    rows: Sequence[Row],
    row_ids: Sequence[str],
    dataset_id: str,
    number: int,
    relabel: Mapping[str, str] | None = None,
) -> Version:
    folder = settings.datasets / dataset_id / str(number)
    folder.mkdir(parents=True)
    splits, texts, targets = (list(column) for column in zip(*rows, strict=True))
    hashes = [_hash(text) for text in texts]
    empty = [""] * len(rows)
    columns = [list(row_ids), hashes, empty, splits, texts, targets, empty, texts, targets]
    names = ["row_id", "content_hash", "name", "split", "input", "target", "origin"]
    names += ["col.text", "col.label"]
    table = pa.table(dict(zip(names, columns, strict=True)))
    pq.write_table(table, folder / ITEMS)
    summary = Summary(
        rows=len(rows),
        usable_rows=len(rows),
        columns=("text", "label"),
        classes={},
        split_rows={name: splits.count(name) for name in ("train", "validation", "test")},
    )
    place = folder.relative_to(settings.home).as_posix()
    recipe = Recipe("text", "label", relabel=relabel or {})
    return Version(dataset_id, number, place, f"digest {number}", now(), recipe, summary)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
