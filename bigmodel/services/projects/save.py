"""What of a data folder goes into a project, and writing it down; it changes nothing, and takes nothing of another owner."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from bigmodel import __version__
from bigmodel.base_models import shelf
from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.card import DatasetCard
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.projects import layout
from bigmodel.data.projects.layout import Kind, place_of
from bigmodel.data.projects.record import (
    BaseRecord,
    DatasetRecord,
    JobRecord,
    PointsRecord,
    digest_of,
    is_final,
    line,
)
from bigmodel.data.projects.write import ProjectWriter
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.jobs.worker.seal import digests
from bigmodel.services.datasets.card import read_card
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.values import Carried, Point, Records

PAGE = 5_000  # points that are read at once
MB = 2**20


@dataclass(frozen=True)
class Content:
    """What a project will hold. `files` are (name in it, where it lies); what stays here is named in `left_out`."""

    records: Records
    files: tuple[tuple[str, Path], ...] = ()
    bases: tuple[BaseRecord, ...] = ()
    left_out: tuple[Message, ...] = ()
    sizes: dict[str, int] = field(default_factory=dict)
    cards: Mapping[str, DatasetCard] = field(default_factory=dict)  # by dataset

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())


class ProjectCollector:
    """Finds all that belongs to some datasets of one owner."""

    def __init__(self, settings: Settings, store: Store, owner: str) -> None:
        self._settings, self._store, self._owner = settings, store, owner
        self._files: dict[str, Path] = {}
        self._left_out: list[Message] = []

    def gather(
        self, dataset_ids: Sequence[str], *, base_names: Collection[str], is_final_look: bool
    ) -> Content:
        """Return the content. The final look reads the models once and leaves out what is damaged.

        Raises:
            DatasetError: `project_rows_missing`, the rows of a dataset are not on the disk.
        """
        records = self._store.records.export(self._owner, dataset_ids)
        jobs = tuple(self._jobs(records.jobs, is_final_look=is_final_look))
        records = replace(records, jobs=jobs)
        for dataset in records.datasets:
            self._dataset(dataset.id)
        for version in records.versions:
            name = f"datasets/{version.dataset_id}/{version.number}/{layout.ITEMS}"
            path = self._settings.home / version.folder / layout.ITEMS
            if not path.is_file():
                named = next(d.name for d in records.datasets if d.id == version.dataset_id)
                raise DatasetError("project_rows_missing", name=named)
            self._files[name] = path
        bases = tuple(self._bases(base_names))
        sizes = {name: _size(path) for name, path in self._files.items()}
        cards = {d.id: read_card(self._settings.datasets / d.id) for d in records.datasets}
        files, left_out = tuple(self._files.items()), tuple(self._left_out)
        return Content(records, files, bases, left_out, sizes, cards)

    def _dataset(self, dataset_id: str) -> None:
        home = self._settings.datasets / dataset_id
        for folder in ("media", "uploads"):
            for path in sorted((home / folder).rglob("*")):
                name = f"datasets/{dataset_id}/{path.relative_to(home).as_posix()}"
                if path.is_file() and place_of(name):
                    self._files[name] = path

    def _jobs(self, carried: Sequence[Carried], *, is_final_look: bool) -> Iterator[Carried]:
        for each in carried:
            if not is_final(each.job):
                self._leave("project.left_running", each)
                continue
            kept = []
            for model in each.models:
                folder = Artifacts(self._settings.home).path(model.folder)
                names = {
                    f"jobs/{each.job.id}/models/{model.kind}/{path.relative_to(folder).as_posix()}": path
                    for path in _files(folder)
                }
                if names and not all(map(place_of, names)):
                    self._leave("project.left_files", each)
                elif not names or (is_final_look and not _is_whole(folder, model.digest)):
                    self._leave("project.left_damaged", each)
                else:
                    kept.append(model)
                    self._files |= names
            yield replace(each, models=tuple(kept))

    def _bases(self, names: Collection[str]) -> Iterator[BaseRecord]:
        """Yield imported and fetched base models by name, those whose files are here."""
        for name, record in self._store.base_models.list_all(self._owner).items():
            folder = shelf.find(self._settings.bases, name) if name in names else None
            if folder is None:
                continue
            key = layout.key_of(name)
            files = {
                f"bases/{key}/{path.relative_to(folder).as_posix()}": path
                for path in _files(folder)
            }
            if all(map(place_of, files)):
                self._files |= files
                yield BaseRecord(key=key, name=name, record=_plain(record), files={})

    def _leave(self, key: str, carried: Carried) -> None:
        self._left_out.append(Message(key, {"name": carried.job.name}))


def write(
    content: Content, out: Path, store: Store, owner: str, progress: OnShare = lambda _: None
) -> None:
    """Write a project; the file appears when it is whole.

    Raises:
        DatasetError: `project_changed`, something was deleted meanwhile.
    """
    total, done = content.bytes or 1, 0

    def tell(size: int) -> None:
        nonlocal done
        done += size
        progress(min(0.99, done / total))

    try:
        with ProjectWriter(out, app=__version__, tell=tell) as writer:
            found = {name: writer.add_file(name, path) for name, path in content.files}
            _require_unchanged(content, found)
            for name, lines in _records(content, store, owner, found):
                writer.add_chunks(name, lines)
    except FileNotFoundError as error:
        raise DatasetError("project_changed") from error
    progress(1.0)


def _require_unchanged(content: Content, found: dict[str, str]) -> None:
    """Refuse rows that are not those their version was made of: elsewhere they would be refused."""
    for version in content.records.versions:
        name = f"datasets/{version.dataset_id}/{version.number}/{layout.ITEMS}"
        if found[name] != version.digest:
            named = next(d.name for d in content.records.datasets if d.id == version.dataset_id)
            raise DatasetError("project_rows_damaged", name=named)


def _records(
    content: Content, store: Store, owner: str, found: dict[str, str]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    records = content.records
    yield layout.DATASETS, (line(each) for each in _datasets(content))
    yield (
        layout.JOBS,
        (line(JobRecord.of(each.job, each.models, each.history)) for each in records.jobs),
    )
    yield layout.POINTS, (line(each) for job in records.jobs for each in _points(store, owner, job))
    yield (
        layout.BASES,
        (
            line(base.model_copy(update={"files": _of_base(base.key, found)}))
            for base in content.bases
        ),
    )


def _datasets(content: Content) -> Iterator[DatasetRecord]:
    records = content.records
    for dataset in records.datasets:
        versions = [version for version in records.versions if version.dataset_id == dataset.id]
        sorting, card = records.sortings.get(dataset.id), content.cards.get(dataset.id)
        yield DatasetRecord.of(dataset, versions, sorting, card)


def _of_base(key: str, found: dict[str, str]) -> dict[str, str]:
    places = {name: place_of(name) for name in found}
    return {
        place.file: found[name]
        for name, place in places.items()
        if place and place.kind == Kind.BASE and place.id == key
    }


def _points(store: Store, owner: str, carried: Carried) -> Iterator[PointsRecord]:
    job_id = carried.job.id
    page: list[Point] = store.curves.points(owner, job_id, limit=PAGE)
    while page:
        for name, group in groupby(page, key=lambda point: point[0]):
            points = [(step, None if value != value else value) for _, step, value in group]
            yield PointsRecord(job=job_id, name=name, points=tuple(points))
        page = store.curves.points(owner, job_id, after=page[-1][:2], limit=PAGE)


def _is_whole(folder: Path, digest: str) -> bool:
    """Tell whether a model's files still are what was announced."""
    return digest_of(digests(folder)) == digest


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _plain(record: object) -> dict[str, object]:
    plain: dict[str, object] = json.loads(json.dumps(record, ensure_ascii=False))
    return plain | {"presets": {}}
