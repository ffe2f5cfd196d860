"""The door to datasets for pages and the command line: import, correct, look at and delete; it never reads an upload itself."""

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Unpack

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import NO_LABEL, Dataset, Form, Recipe, Version
from bigmodel.core.errors import DatasetError, NotFoundError, SettingsError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.core.name import clean_name
from bigmodel.core.target import Chart
from bigmodel.data.checkup.media_cleaning import clean_upload
from bigmodel.data.ingest.importer import Answers, Upload, read_files, read_upload
from bigmodel.data.media.entry import Given
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.tables.source import TEST, Source
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.gallery import Item, Preview, items_of, media_file, preview
from bigmodel.data.versions.joining import joining
from bigmodel.data.versions.original_files import keep_look, uploaded_as
from bigmodel.data.versions.revise import lasting, own_sources
from bigmodel.data.versions.versions import ITEMS, own_source, write_version
from bigmodel.services.datasets.erase import erase
from bigmodel.services.datasets.import_source import (
    AnsweredUpload,
    answers_of,
    of_folder,
    of_tray,
)
from bigmodel.services.datasets.keep import keep_dataset, keep_version
from bigmodel.services.datasets.recipe import (
    check_test_file,
    kind_of_columns,
    kind_without_label,
    label_of,
    recipe_of,
)
from bigmodel.services.datasets.samples import Sample, keep_made_up, read_samples, sample_path
from bigmodel.services.datasets.upload_session import UploadSession
from bigmodel.services.people.limits import Limits
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.recovery import forget_deleted
from bigmodel.store.values import Deleted
from bigmodel.tasks import find_tasks, get_task

log = logging.getLogger(__name__)

ALL_JOBS = 2**31 - 1
READ_SHARE = 0.6  # of the progress bar

__all__ = ["DatasetService", "Item", "Preview", "Sample"]


class DatasetService:
    """Datasets of all owners: rows on disk, the truth about them in the store."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._limits = Limits(settings, store)

    # getting data in --------------------------------------------------------------------------

    def import_file(
        self, owner: str, path: Path, *, name: str = "", **told: Unpack[AnsweredUpload]
    ) -> Dataset:
        """Read a table, or a ZIP of pictures or recordings, and keep it as a dataset called as the file or `name`.

        Raises:
            DatasetError: the file cannot be used; `problems` holds everything that is wrong.
        """
        self._limits.check_upload(owner, path.stat().st_size if path.is_file() else 0)
        read = partial(read_upload, path, self._settings)
        dataset = self._import(owner, read, path.name, name or path.stem, told, path)
        keep_made_up(self._settings, dataset, path)
        return dataset

    def import_tray(
        self, owner: str, tray: UploadSession, *, name: str = "", **told: Unpack[AnsweredUpload]
    ) -> Dataset:
        """Keep the files of a tray as a dataset; the tray stays as it is.

        Raises:
            DatasetError: as of `import_file`.
        """
        return self.import_given(owner, of_tray(tray), name=name or tray.name, **told)

    def import_folder(
        self, owner: str, folder: Path, *, name: str = "", **told: Unpack[AnsweredUpload]
    ) -> Dataset:
        """Keep a folder of this machine as a dataset; links in it are not followed."""
        title = name or folder.resolve().name
        return self.import_given(owner, of_folder(folder), name=title, **told)

    def import_given(
        self, owner: str, files: Sequence[Given], *, name: str, **told: Unpack[AnsweredUpload]
    ) -> Dataset:
        """Keep files of this machine as a dataset, with the same answers as `import_file`."""
        self._limits.check_upload(owner)
        return self._import(owner, partial(read_files, files, self._settings), name, name, told)

    def _import(
        self,
        owner: str,
        read: Callable[..., Upload],
        source_name: str,
        name: str,
        told: AnsweredUpload,
        path: Path | None = None,
    ) -> Dataset:
        tell = told.get("progress") or (lambda _share: None)
        task = get_task(told["task"], self._settings.task_folders) if told.get("task") else None
        upload = read(lambda share: tell(READ_SHARE * share), answers=answers_of(told, task))
        tell(READ_SHARE)
        try:
            recipe, remarks = recipe_of(
                upload,
                source_name,
                text=told.get("text", ""),
                label=told.get("label", ""),
                more=told.get("more", ()),
                also=told.get("also", ()),
                task=task,
            )
            if path is not None and not upload.brings_files:
                recipe = replace(recipe, uploads=(uploaded_as(upload, path),))
            dataset_id, problems = new_id(), (*upload.problems, *remarks)
            uploaded = path if recipe.uploads else None
            sources = [upload.source(upload="0")]
            version = self._written(dataset_id, 1, sources, recipe, problems, upload, uploaded)
            if upload.look and recipe.uploads:
                keep_look(self._settings.home / version.folder, recipe.uploads[0], upload.look)
        except DatasetError as error:
            error.columns = error.columns or (() if upload.is_media else upload.columns)
            error.look = upload.look
            raise
        finally:
            upload.discard()
        title = clean_name(name) or clean_name(source_name)
        dataset = Dataset(dataset_id, owner, title, now(), version)
        keep_dataset(self._settings, self._store, dataset)
        tell(1.0)
        return dataset

    def samples(self) -> list[Sample]:
        """Return the samples that come with the app."""
        return read_samples()

    def import_sample(self, owner: str, name: str, *, title: str = "") -> Dataset:
        """Import a sample, as its task reads it where the file does not tell; `title` is its name in the person's language.

        Raises:
            NotFoundError: `sample_unknown`.
        """
        path = sample_path(name)
        [hint] = [sample.task_hint for sample in read_samples() if sample.name == name]
        task = get_task(hint, self._settings.task_folders)
        is_told = target_kind(task.target).is_told and len(task.inputs) == 1
        return self.import_file(owner, path, name=title or name, task="" if is_told else hint)

    # looking ----------------------------------------------------------------------------------

    def all(self, owner: str) -> list[Dataset]:
        """Return all datasets, newest first."""
        return self._store.datasets.list_all(owner)

    def get(self, owner: str, dataset_id: str) -> Dataset:
        """Return a dataset."""
        return self._store.datasets.get(owner, dataset_id)

    def preview(
        self,
        owner: str,
        dataset_id: str,
        *,
        limit: int = 20,
        offset: int = 0,
        label: str = "",
        words: str = "",
    ) -> Preview:
        """Return some rows of the newest version as they came: all, or those of a class, or with these words."""
        folder = self._folder(self.get(owner, dataset_id))
        return preview(folder, limit=limit, offset=offset, label=label, words=words)

    def most_inputs(self) -> int:
        """Return how many columns of a row some task reads at most, turns of a conversation being two."""
        tasks = find_tasks(self._settings.task_folders).values()
        return max(len(task.inputs) + task.has_turns for task in tasks)

    def label_of(self, dataset: Dataset) -> str:
        """Return the column that is learned, or what is said in its place."""
        return label_of(dataset.version.recipe)

    def chart(self, dataset: Dataset) -> Chart:
        """Return how many rows have which target."""
        version = dataset.version
        return target_kind(version.summary.target).chart(version.summary, version.recipe)

    def gallery(
        self,
        owner: str,
        dataset_id: str,
        *,
        label: str | None = None,
        limit: int = 36,
        offset: int = 0,
    ) -> tuple[Item, ...]:
        """Return some pictures or recordings, of one class or of all."""
        dataset = self.get(owner, dataset_id)
        items = items_of(self._folder(dataset), label=label, limit=limit, offset=offset)
        kind = target_kind(dataset.version.summary.target)
        if not kind.is_file:
            return items
        return tuple(replace(item, label=kind.said(item.label)) for item in items)

    def row_classes(self, dataset: Dataset) -> Mapping[str, int]:
        """Return the classes that rows can be chosen by, with their rows: none where a row may have several."""
        summary = dataset.version.summary
        return {} if target_kind(summary.target).has_several else summary.classes

    def media_path(self, owner: str, dataset_id: str, file: str, *, thumb: bool = False) -> Path:
        """Return where a picture or recording of a dataset lies.

        Raises:
            NotFoundError: `media_unknown`, or the dataset is somebody else's.
        """
        folder = self._settings.home / self.get(owner, dataset_id).version.folder
        path = media_file(folder, file, thumb=thumb)
        if path is None:
            raise NotFoundError("media_unknown")
        return path

    def jobs_of(self, owner: str, dataset_id: str) -> list[str]:
        """Return the names of the jobs that would go with a dataset."""
        self.get(owner, dataset_id)
        jobs, _ = self._store.jobs.find(owner, dataset_id=dataset_id, limit=ALL_JOBS)
        return [job.name for job in jobs]

    # changing ---------------------------------------------------------------------------------

    def rename(self, owner: str, dataset_id: str, name: str) -> Dataset:
        """Change the name people see.

        Raises:
            DatasetError: `name_empty`.
        """
        if not (cleaned := clean_name(name)):
            raise DatasetError("name_empty")
        self._store.datasets.rename(owner, dataset_id, cleaned)
        return self.get(owner, dataset_id)

    def choose_columns(
        self,
        owner: str,
        dataset_id: str,
        *,
        text: str,
        label: str,
        more: Sequence[str] = (),
        also: Sequence[str] = (),
    ) -> Dataset:
        """Make a version that reads and learns other columns; every row keeps its id.

        `NO_LABEL` learns none yet, `ONLY_TEXT` never: the rows are learned whole. `more` are further columns to read,
        for tasks that read several, `also` further ones to learn, for tasks that learn several.
        """
        dataset = self.get(owner, dataset_id)
        version = dataset.version
        further = tuple(name for name in more if name not in (text, label))
        learned = tuple(name for name in also if name not in (text, label, *further) and label)
        chosen_now = (text, *further), label or NO_LABEL, learned
        recipe = version.recipe
        if chosen_now == (recipe.inputs, label_of(recipe), recipe.also):
            return dataset
        if recipe.form != Form.TABLE:
            raise DatasetError("media_columns")
        none = label.strip() or NO_LABEL
        chosen = guess_columns(dict.fromkeys(version.summary.columns, ()), text=text, label=none)
        sources = own_sources(self._folder(dataset), version.recipe)
        kind = kind_without_label(label, version.recipe)
        if chosen.label:
            kind = kind_of_columns(sources[0], chosen.text, chosen.label, further, learned, version)
        recipe = replace(
            version.recipe,
            input=chosen.text,
            more=further,
            also=learned if chosen.label else (),
            target=chosen.label,
            relabel={},
            kind=kind,
            decimal="",
        )
        return self._next(dataset, sources, recipe, lasting(version, recipe))

    def set_test_file(
        self,
        owner: str,
        dataset_id: str,
        path: Path,
        *,
        leave_out: bool = False,
        level: int = 0,
        name_part: str = "",
        text: str = "",
        label: str = "",
    ) -> Dataset:
        """Make a version whose test rows are those of the file and nothing else; media take the same answers as on import.

        Raises:
            DatasetError: the file cannot be read, lacks the columns (`test_columns`), or holds
                something else than the dataset (`test_medium`).
        """
        dataset = self.get(owner, dataset_id)
        recipe = dataset.version.recipe
        kind = dataset.version.summary.target
        place = "" if level else name_part or recipe.name_part
        answers = Answers(
            leave_out, level or recipe.level, text, label, kind=kind, name_part=place,
            is_repeated=not name_part, whole_rows=target_kind(kind).reads_all,
        )  # fmt: skip
        upload = read_upload(path, self._settings, answers=answers)
        try:
            check_test_file(upload, recipe)
            clean_upload(self._settings, upload, recipe)
            sources = [own_source(self._folder(dataset)), upload.source(TEST)]
            kept = lasting(dataset.version, recipe)
            return self._next(dataset, sources, replace(recipe, test_name=path.name), kept, upload)
        finally:
            upload.discard()

    def delete(self, owner: str, dataset_id: str) -> Deleted:
        """Delete a dataset with all that came from it, on disk too: no byte of it stays below the data folder.

        Raises:
            JobError: `dataset_in_use`, while jobs on it are not final.
        """
        deleted = self._store.datasets.delete(owner, dataset_id)
        erase(self._settings, deleted)
        try:
            forget_deleted(self._settings)
        except (OSError, sqlite3.Error, SettingsError):
            log.exception("dataset %s: its rows may still be in copies of the database", dataset_id)
        return deleted

    def _next(
        self,
        dataset: Dataset,
        sources: Sequence[Source],
        recipe: Recipe,
        problems: Sequence[Message],
        upload: Upload | None = None,
    ) -> Dataset:
        number = dataset.version.number + 1
        version = self._written(dataset.id, number, sources, recipe, problems, upload)
        return keep_version(self._settings, self._store, dataset.owner, version)

    def _written(
        self,
        dataset_id: str,
        number: int,
        sources: Sequence[Source],
        recipe: Recipe,
        problems: Sequence[Message],
        upload: Upload | None = None,
        uploaded: Path | None = None,
    ) -> Version:
        """Write a version; a column that nobody said to learn this way is learned so if some task can."""
        joined = joining(sources, recipe.split_by)
        write = partial(
            write_version, self._settings, dataset_id=dataset_id, number=number, sources=sources,
            problems=problems, media=_media_of(upload), uploaded=uploaded, groups=joined.groups,
            bound=joined.bound,
        )  # fmt: skip
        try:
            return write(recipe=recipe)
        except DatasetError as error:
            tasks = find_tasks(self._settings.task_folders).values()
            kinds = [target_kind(each.target) for each in tasks if each.medium == recipe.medium]
            kind = next((kind for kind in kinds if kind.unasked == error.key), None)
            if kind is None:
                raise
            told = Message("data.problems.labels_are_texts", error.args_of_words, "warning")
        return write(recipe=replace(recipe, kind=kind.name), problems=[*problems, told])

    def _folder(self, dataset: Dataset) -> Path:
        folder = self._settings.home / dataset.version.folder
        if not (folder / ITEMS).is_file():
            raise NotFoundError("dataset_files_missing", name=dataset.name)
        return folder


def _media_of(upload: Upload | None) -> Path | None:
    return upload.media_folder if upload is not None and upload.brings_files else None
