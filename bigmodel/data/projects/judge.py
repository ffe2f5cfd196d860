"""Looks at the files and records of an unpacked project, in the limited child; the first thing that is wrong ends it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.projects import layout
from bigmodel.data.projects.layout import Kind, Place
from bigmodel.data.projects.record import (
    BaseRecord,
    DatasetRecord,
    JobRecord,
    ModelRecord,
    Part,
    PointsRecord,
    VersionRecord,
    digest_of,
    read_lines,
)
from bigmodel.data.tables.source import CAME, OF_ROWS
from bigmodel.data.versions.gallery import FILE
from bigmodel.data.versions.versions import KEPT

BATCH = 1_024
MOST_JSON_BYTES = 64 * 2**20
EXTRA_COLUMNS = 24  # beside those a person's file had
MOST_NAME = 200  # characters of an id or a name of a part
YOUNGER = frozenset({"origin", *OF_ROWS})  # columns that versions of earlier releases lack
ANSWERED = ("row_id", "split", "truth")  # columns of predictions beside those of the answers
BEFORE = {"text": "string"}  # that predictions of earlier releases have beside those of their type
_FIELD = re.compile(r"\w+: ")  # of a list; writers name it differently


@dataclass(frozen=True)
class Bounds:
    """How much a table may hold."""

    rows: int
    columns: int
    characters: int
    text_bytes: int


@dataclass(frozen=True)
class Columns:
    """The columns of a task's answers with their types; lists in those of `per_label` hold a number for each label."""

    types: Mapping[str, str]
    per_label: Sequence[str] = ()

    @classmethod
    def of(cls, fields: Sequence[tuple[str, pa.DataType]], per_label: Sequence[str]) -> "Columns":
        return cls({name: _FIELD.sub("", str(kind)) for name, kind in fields}, per_label)


class Judge:
    """What a project says of itself, compared with what lies in its folder; `answers` are by task."""

    def __init__(
        self,
        folder: Path,
        parts: Mapping[str, Part],
        bounds: Bounds,
        answers: Mapping[str, Columns],
    ) -> None:
        self._folder, self._parts, self._bounds = folder, parts, bounds
        self._answers = answers
        self._places: dict[str, Place] = {}
        for name in parts:
            if place := layout.place_of(name):
                self._places[name] = place

    def run(self) -> None:
        """Look at everything.

        Raises:
            DatasetError: `project_records`, `project_rows`, `project_model` or `project_file`.
        """
        try:
            datasets = list(read_lines(self._folder / layout.DATASETS, DatasetRecord))
            jobs = list(read_lines(self._folder / layout.JOBS, JobRecord))
            bases = list(read_lines(self._folder / layout.BASES, BaseRecord))
            known = {job.id for job in jobs}
            for points in read_lines(self._folder / layout.POINTS, PointsRecord):
                _require(points.job in known)
        except (ValidationError, ValueError, RecursionError, KeyError, TypeError) as error:
            raise DatasetError("project_records") from error
        self._owned(datasets, jobs, bases)
        for dataset in datasets:
            self._dataset(dataset)
        for job in jobs:
            self._models(job)
        for base in bases:
            self._base(base)

    def _owned(
        self, datasets: list[DatasetRecord], jobs: list[JobRecord], bases: list[BaseRecord]
    ) -> None:
        """Refuse duplicate ids, jobs without their version, and files that no record names."""
        versions = {d.id: len(d.versions) for d in datasets}
        ids = [d.id for d in datasets] + [j.id for j in jobs]
        ids += [model.id for job in jobs for model in job.models]
        is_sound = len(set(ids)) == len(ids) and len({b.key for b in bases}) == len(bases)
        is_sound &= all(job.version <= versions.get(job.dataset, 0) for job in jobs)
        is_sound &= all(
            b.key == layout.key_of(b.name) == layout.key_of(b.record["name"]) for b in bases
        )
        if not is_sound:
            raise DatasetError("project_records")
        wanted = {(d.id, v.number) for d in datasets for v in d.versions}
        models = {(job.id, model.kind) for job in jobs for model in job.models}
        keys = {base.key for base in bases}
        for name, place in self._places.items():
            is_known = {
                Kind.RECORDS: True,
                Kind.ITEMS: (place.id, place.number) in wanted,
                Kind.MEDIA: place.id in versions,
                Kind.UPLOAD: place.id in versions,
                Kind.MODEL: (place.id, place.model) in models,
                Kind.BASE: place.id in keys,
            }
            if not is_known[place.kind]:
                raise DatasetError("project_strange", name=name[-80:])
            if place.kind == Kind.UPLOAD and place.file[:64] != self._parts[name].sha256:
                raise DatasetError("project_file", name=name[-80:])

    def _dataset(self, dataset: DatasetRecord) -> None:
        """Look at all versions of a dataset; labels by hand are of rows in them."""
        rows: set[str] = set()
        for version in dataset.versions:
            rows |= self._version(dataset, version)
        marks = dataset.sorting.marks if dataset.sorting else ()
        if not all(mark[1] in rows for mark in marks):
            raise DatasetError("project_records")

    def _version(self, dataset: DatasetRecord, version: VersionRecord) -> set[str]:
        """Look at a version and return the ids of its rows."""
        name = f"datasets/{dataset.id}/{version.number}/{layout.ITEMS}"
        part = self._parts.get(name)
        uploads = [
            f"datasets/{dataset.id}/uploads/{upload['file']}"
            for upload in version.recipe.get("uploads", ())
        ]
        if not all(map(layout.place_of, uploads)):  # they are joined to a folder
            raise DatasetError("project_records")
        if part is None or part.sha256 != version.digest:
            raise DatasetError("project_rows", name=dataset.name[:80])
        try:
            rows = self._table(self._folder / name, dataset.id, version)
        except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
            raise DatasetError("project_rows", name=dataset.name[:80]) from error
        if len(rows) != version.summary["rows"]:
            raise DatasetError("project_rows", name=dataset.name[:80])
        return rows

    def _table(self, path: Path, dataset_id: str, version: VersionRecord) -> set[str]:
        """Read every cell of a version once, and return the ids of its rows."""
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            names = set(schema.names)
            is_text = all(pa.types.is_string(column.type) for column in schema)
            _require(is_text and names >= set(KEPT) - YOUNGER and len(names) == len(schema))
            _require(len(names) <= self._bounds.columns + EXTRA_COLUMNS)
            _require(0 < file.metadata.num_rows <= self._bounds.rows)
            is_media = version.summary.get("medium", "text") != "text"
            _require(is_media == ("envelope" in names))
            ids: set[str] = set()
            for batch in self._batches(file):
                found = batch.column("row_id").to_pylist()
                _require(all(row_id and len(row_id) <= MOST_NAME for row_id in found))
                ids.update(found)
                _require(set(batch.column("split").to_pylist()) <= {str(part) for part in Split})
                if is_media:
                    self._require_media(dataset_id, batch.column("input").to_pylist())
                    came = batch.column(CAME).to_pylist() if CAME in names else []
                    self._require_media(dataset_id, [name for name in came if name != ""])
            _require(len(ids) == file.metadata.num_rows)
            return ids

    def _require_media(self, dataset_id: str, names: list[str]) -> None:
        """Refuse rows that name anything but a picture or recording that came along: it is joined to a folder."""
        for name in names:
            _require(bool(FILE.fullmatch(name or "")))
            _require(f"datasets/{dataset_id}/media/{name}" in self._parts)

    def _batches(self, file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
        total = 0
        for batch in file.iter_batches(BATCH):
            batch.validate(full=True)  # texts are what they say they are
            total += batch.nbytes
            _require(total <= self._bounds.text_bytes)
            for column in batch.columns:
                while pa.types.is_list(column.type):
                    column = column.flatten()
                if pa.types.is_string(column.type):
                    longest = pc.max(pc.utf8_length(column)).as_py() or 0
                    _require(longest <= self._bounds.characters)
            yield batch

    def _models(self, job: JobRecord) -> None:
        """Look at the files of a job's models; their digest is over all of them, as it was when they were sealed."""
        files: dict[str, dict[str, str]] = defaultdict(dict)
        for name, place in self._places.items():
            if place.kind == Kind.MODEL and place.id == job.id:
                files[place.model][place.file] = self._parts[name].sha256
        for model in job.models:
            folder = self._folder / "jobs" / job.id / "models" / model.kind
            try:
                _require(digest_of(files[model.kind]) == model.digest)
                self._look(folder)
                if (folder / layout.PREDICTIONS).is_file():
                    self._predictions(folder / layout.PREDICTIONS, model)
            except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
                raise DatasetError("project_model", name=job.name[:80]) from error

    def _predictions(self, path: Path, model: ModelRecord) -> None:
        """Look at a model's answers; those of a task that is not here stay out with their job."""
        columns = self._answers.get(model.task)
        with pq.ParquetFile(path) as file:
            types = Columns.of([(each.name, each.type) for each in file.schema_arrow], ()).types
            wanted = dict.fromkeys(ANSWERED, "string") | dict(columns.types if columns else {})
            _require(wanted.items() <= types.items())
            _require(not columns or types.items() <= (BEFORE | wanted).items())
            _require(file.metadata.num_rows <= self._bounds.rows)
            for batch in self._batches(file):
                for name in columns.per_label if columns else ():
                    widths = set(pc.list_value_length(batch.column(name)).to_pylist())
                    _require(widths <= {max(1, len(model.labels))})

    def _base(self, base: BaseRecord) -> None:
        files = {
            place.file: self._parts[name].sha256
            for name, place in self._places.items()
            if place.kind == Kind.BASE and place.id == base.key
        }
        try:
            _require(files == base.files and bool(files))
            self._look(self._folder / "bases" / base.key)
        except (OSError, ValueError, RecursionError) as error:
            raise DatasetError("project_model", name=base.name[:80]) from error

    def _look(self, folder: Path) -> None:
        """Refuse JSON that is none; weights are looked at where a model's own checks are."""
        for path in folder.rglob("*.json"):
            _require(path.stat().st_size <= MOST_JSON_BYTES)
            _require(isinstance(json.loads(path.read_bytes()), dict | list))


def _require(is_so: bool) -> None:
    if not is_so:
        raise ValueError("not as a project has it")
