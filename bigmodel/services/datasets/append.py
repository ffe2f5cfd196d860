"""Data that grows: rows come in as the next version, and a training is done again on it; nothing that was there moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.added_rows import AppendPreview
from bigmodel.core.datasets.dataset import Dataset, Form, Recipe, Version
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.message import Arg, Level, Message
from bigmodel.data.checkup.media_cleaning import clean_upload
from bigmodel.data.ingest.importer import Answers, Upload, read_files, read_upload
from bigmodel.data.tables.source import Source
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.append import Beside, added_source, beside, write
from bigmodel.data.versions.joining import joining
from bigmodel.data.versions.original_files import uploaded_as
from bigmodel.data.versions.revise import lasting
from bigmodel.data.versions.versions import ITEMS, own_source, own_test_source, write_version
from bigmodel.services.datasets.import_source import of_tray
from bigmodel.services.datasets.keep import keep_version
from bigmodel.services.datasets.upload_session import UploadSession
from bigmodel.services.people.limits import Limits
from bigmodel.settings import Settings
from bigmodel.store.base import Store

LISTED_JOBS = 50
MOST_NAMED, NAME_CHARACTERS = 5, 40
# Returns a dataset whose newest version holds all labels that were given by hand.
Settle = Callable[[str, str], Dataset]


class Again(Protocol):
    """What queues a training like an old one."""

    def again(
        self, owner: str, job_id: str, /, *, dataset_version: int, name: str, via: str
    ) -> Job:
        """Return the new job."""


@dataclass(frozen=True)
class AppendResult:
    """A dataset with rows added, and what came in."""

    dataset: Dataset
    growth: AppendPreview
    added: int


class AppendService:
    """Lets datasets of all owners grow, and finds the trainings that should follow."""

    def __init__(
        self, settings: Settings, store: Store, control: Again, settle: Settle | None = None
    ) -> None:
        self._settings, self._store, self._control = settings, store, control
        self._settle = settle or store.datasets.get

    def look(
        self, owner: str, dataset_id: str, path: Path, progress: OnShare | None = None
    ) -> AppendPreview:
        """Return what a file would add to a table; nothing is changed.

        Raises:
            DatasetError: the file cannot be read, is no table (`added_medium`), or lacks the column of
                the texts (`added_columns`).
        """
        dataset = self._table(owner, dataset_id)
        upload = self._read(path, progress)
        try:
            return self._beside(dataset, upload).growth
        finally:
            upload.discard()

    def add_rows(
        self,
        owner: str,
        dataset_id: str,
        path: Path,
        *,
        keep_repeated: bool = False,
        progress: OnShare | None = None,
    ) -> AppendResult:
        """Make a version with the rows of a file added. Rows that were there stay in their part and keep id and label.

        Rows whose text is there already are left out, unless they are to be kept; one that gives a label to
        a row without any completes that row. Columns that the dataset lacks are left out.

        Raises:
            DatasetError: as of `look`; `added_nothing` where no row is new; or the rows cannot be trained on.
        """
        Limits(self._settings, self._store).check_upload(owner, path.stat().st_size)
        self._settle(owner, dataset_id)
        dataset = self._table(owner, dataset_id)
        upload = self._read(path, progress)
        try:
            made = self._beside(dataset, upload)
            growth = made.growth
            added = growth.added(keep_repeated=keep_repeated)
            if not added and not growth.completed:
                raise DatasetError("added_nothing", rows=growth.rows, repeated=growth.repeated)
            version = self._written(dataset, made, path, keep_repeated=keep_repeated)
        finally:
            upload.discard()
        kept = keep_version(self._settings, self._store, owner, version)
        return AppendResult(kept, growth, added)

    def add_files(
        self, owner: str, dataset_id: str, tray: UploadSession, *, leave_out: bool = False
    ) -> Dataset:
        """Make a version with the pictures or recordings of a tray added; every row that was there stays in its part.

        Raises:
            DatasetError: the files cannot be used, or are something else than the dataset's.
        """
        Limits(self._settings, self._store).check_upload(owner)
        dataset = self._dataset(owner, dataset_id)
        recipe = dataset.version.recipe
        kind = target_kind(dataset.version.summary.target)
        is_flat = len({item.label for item in tray.items}) <= 1 and tray.kind == "folder"
        answers = Answers(
            leave_out,
            recipe.level,
            kind=kind.name,
            unsorted=int(kind.by_hand),
            name_part=recipe.name_part if is_flat else "",
        )
        upload = read_files(of_tray(tray), self._settings, answers=answers)
        try:
            if (upload.medium, upload.form) != (recipe.medium, recipe.form):
                raise DatasetError("added_medium")
            clean_upload(self._settings, upload, recipe)
            own = own_source(self._folder(dataset), keeps_split=True)
            media = upload.media_folder
            version = self._version(dataset, recipe, [own, upload.source()], upload, media=media)
        finally:
            upload.discard()
        return keep_version(self._settings, self._store, owner, version)

    # trainings that follow --------------------------------------------------------------------

    def newest_version(self, owner: str, job_id: str) -> int:
        """Return the number of a newer version of the data than a finished training saw, 0 where there is none."""
        job = self._store.jobs.get(owner, job_id)
        newest = self._store.datasets.get(owner, job.dataset_id).version.number
        return newest if job.state == State.SUCCEEDED and newest > job.dataset_version else 0

    def behind(self, owner: str, dataset_id: str) -> Job | None:
        """Return the last finished training of a dataset, unless one of its newest version is there or under way."""
        newest = self._store.datasets.get(owner, dataset_id).version.number
        jobs, _ = self._store.jobs.find(owner, dataset_id=dataset_id, limit=LISTED_JOBS)
        if any(job.dataset_version == newest and _may_succeed(job) for job in jobs):
            return None
        return next((job for job in jobs if job.state == State.SUCCEEDED), None)

    def train_again(self, owner: str, job_id: str, *, name: str = "", via: str = "") -> Job:
        """Queue the same training (task, base, settings, seed) on the newest version of its data.

        Raises:
            JobError: `disk_short`, `memory_short_now`.
        """
        job = self._store.jobs.get(owner, job_id)
        newest = self._settle(owner, job.dataset_id).version.number
        return self._control.again(owner, job_id, dataset_version=newest, name=name, via=via)

    # parts ------------------------------------------------------------------------------------

    def _dataset(self, owner: str, dataset_id: str) -> Dataset:
        dataset = self._store.datasets.get(owner, dataset_id)
        if not (self._folder(dataset) / ITEMS).is_file():
            raise NotFoundError("dataset_files_missing", name=dataset.name)
        return dataset

    def _table(self, owner: str, dataset_id: str) -> Dataset:
        dataset = self._dataset(owner, dataset_id)
        if dataset.version.recipe.form != Form.TABLE:
            raise DatasetError("added_medium")
        return dataset

    def _folder(self, dataset: Dataset) -> Path:
        return self._settings.home / dataset.version.folder

    def _read(self, path: Path, progress: OnShare | None) -> Upload:
        upload = read_upload(path, self._settings, progress)
        if upload.is_media:
            upload.discard()
            raise DatasetError("added_medium")
        return upload

    def _beside(self, dataset: Dataset, upload: Upload) -> Beside:
        version = dataset.version
        kind = target_kind(version.summary.target)
        return beside(upload, self._folder(dataset), version.summary.columns, version.recipe, kind)

    def _written(
        self, dataset: Dataset, made: Beside, path: Path, *, keep_repeated: bool
    ) -> Version:
        recipe, columns = dataset.version.recipe, dataset.version.summary.columns
        table = self._settings.scratch / f"added-{new_id()}.parquet"
        try:
            write(made, table, columns, keep_repeated=keep_repeated)
            own = own_source(self._folder(dataset), keeps_split=True, hand=made.labels)
            sources = [own, added_source(table, len(recipe.uploads))]
            grown = replace(recipe, uploads=(*recipe.uploads, uploaded_as(made.upload, path)))
            return self._version(dataset, grown, sources, made.upload, uploaded=path)
        finally:
            table.unlink(missing_ok=True)

    def _version(
        self,
        dataset: Dataset,
        recipe: Recipe,
        sources: Sequence[Source],
        upload: Upload,
        *,
        media: Path | None = None,
        uploaded: Path | None = None,
    ) -> Version:
        """Write the next version of these rows and of those of the person's own test file."""
        version = dataset.version
        test = [own_test_source(self._folder(dataset))] if recipe.test_name else []
        kept = lasting(version, recipe)
        all_sources = [*sources, *test]
        joined = joining(all_sources, recipe.split_by)
        return write_version(
            self._settings,
            dataset_id=dataset.id,
            number=version.number + 1,
            sources=all_sources,
            recipe=recipe,
            problems=[*kept, *upload.problems, *joined.told],
            groups=joined.groups,
            bound=joined.bound,
            media=media,
            uploaded=uploaded,
        )


def append_sentences(growth: AppendPreview) -> list[Message]:
    """Return what is to be said of a file beside a dataset: what is new first, then what to look at."""
    said = [_said(_fresh(growth), rows=growth.rows, count=growth.fresh)]
    counted = {
        "completed": growth.completed,
        "repeated": growth.repeated,
        "clashing": growth.clashing,
        "empty": growth.empty,
        "unlabelled": growth.unlabelled,
    }
    for key, count in counted.items():
        if count:
            said.append(_said(key, "warning" if key == "clashing" else "info", count=count))
        if key == "clashing":
            said += [
                _said("clash", text=one.text, label=one.label, before=one.before)
                for one in growth.clashes
            ]
    listed = {"left_out": growth.left_out, "lacking": growth.lacking}
    said += [_said(key, names=_listed(names)) for key, names in listed.items() if names]
    columns = {"text_column": growth.text_column, "label_column": growth.label_column}
    said += [_said(key, column=column) for key, column in columns.items() if column]
    if growth.new_labels:
        said.append(_said("new_labels", "warning", labels=_listed(growth.new_labels)))
    return said


def _fresh(growth: AppendPreview) -> str:
    if growth.fresh == growth.rows:
        return "fresh_all"
    return "fresh" if growth.fresh else "fresh_none"


def _said(key: str, level: Level = "info", **args: Arg) -> Message:
    return Message(f"growing.said.{key}", args, level)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name[:NAME_CHARACTERS]}”" for name in names[:MOST_NAMED])
    return f"{shown} …" if len(names) > MOST_NAMED else shown


def _may_succeed(job: Job) -> bool:
    return job.state not in (State.FAILED, State.CANCELLED)
