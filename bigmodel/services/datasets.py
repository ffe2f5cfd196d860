"""The door to datasets for pages and the command line: import, correct, look at and delete; it never reads an upload itself."""

import os
import shutil
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bigmodel.core.clock import now
from bigmodel.core.dataset import Dataset, Recipe, Version
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.core.message import Message
from bigmodel.data.guess import guess_columns
from bigmodel.data.importer import Answers, Upload, read_files, read_upload
from bigmodel.data.media.entry import Given
from bigmodel.data.source import TEST, Source, sample_rows
from bigmodel.data.table import READING
from bigmodel.data.versions import (
    ITEMS,
    Preview,
    own_source,
    own_test_source,
    preview,
    write_version,
)
from bigmodel.services.trays import Tray
from bigmodel.settings import Settings
from bigmodel.store.base import Deleted, Store

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
SAMPLE_ROWS = 5_000
NAME_CHARACTERS = 120
JOBS_PAGE = 200
READ_SHARE = 0.6  # of the progress bar
Progress = Callable[[float], None]

__all__ = ["DatasetService", "Preview", "Sample"]


@dataclass(frozen=True)
class Sample:
    """A table of ours to try things with; its words are `samples.<name>.title` and `.about`."""

    name: str
    language: str
    task_hint: str
    rows: int


class DatasetService:
    """Datasets of all owners: rows on disk, the truth about them in the store."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    # getting data in --------------------------------------------------------------------------

    def import_file(
        self,
        owner: str,
        path: Path,
        *,
        name: str = "",
        text: str = "",
        label: str = "",
        leave_out: bool = False,
        level: int = 0,
        progress: Progress | None = None,
    ) -> Dataset:
        """Read a file and keep it as a dataset; columns that are not given are guessed.

        Args:
            owner: whose dataset it becomes.
            path: a table, or a ZIP of pictures or recordings.
            name: what it is called; else as the file.
            text: column of the input; in a ZIP, of the files that a table of transcripts names.
            label: column of the target; in a ZIP, of the transcripts.
            leave_out: files of a ZIP that cannot be read may be left out.
            level: which folder level of a ZIP names the class, counted from 1.
            progress: told the share that is done.

        Raises:
            DatasetError: the file cannot be used; `problems` holds everything that is wrong.
        """
        tell = progress or _silent
        answers = Answers(leave_out, level, text, label)
        upload = read_upload(
            path, self._settings, lambda share: tell(READ_SHARE * share), answers=answers
        )
        tell(READ_SHARE)
        dataset = self._import(owner, upload, path.name, name or path.stem, text=text, label=label)
        tell(1.0)
        return dataset

    def import_tray(
        self,
        owner: str,
        tray: Tray,
        *,
        name: str = "",
        leave_out: bool = False,
        level: int = 0,
        progress: Progress | None = None,
    ) -> Dataset:
        """Keep the files of a tray as a dataset; the tray stays as it is.

        Raises:
            DatasetError: as of `import_file`.
        """
        title = name or tray.name
        return self.import_given(
            owner, _of_tray(tray), name=title, leave_out=leave_out, level=level, progress=progress
        )

    def import_folder(
        self,
        owner: str,
        folder: Path,
        *,
        name: str = "",
        leave_out: bool = False,
        level: int = 0,
        progress: Progress | None = None,
    ) -> Dataset:
        """Keep a folder of this machine as a dataset; links in it are not followed."""
        title = name or folder.resolve().name
        files = _of_folder(folder)
        return self.import_given(
            owner, files, name=title, leave_out=leave_out, level=level, progress=progress
        )

    def import_given(
        self,
        owner: str,
        files: Sequence[Given],
        *,
        name: str,
        leave_out: bool,
        level: int,
        progress: Progress | None,
    ) -> Dataset:
        """Keep files of this machine as a dataset."""
        tell = progress or _silent
        answers = Answers(leave_out, level)
        upload = read_files(
            files, self._settings, lambda share: tell(READ_SHARE * share), answers=answers
        )
        tell(READ_SHARE)
        dataset = self._import(owner, upload, name, name)
        tell(1.0)
        return dataset

    def _import(
        self,
        owner: str,
        upload: Upload,
        source_name: str,
        name: str,
        *,
        text: str = "",
        label: str = "",
    ) -> Dataset:
        try:
            recipe = self._recipe(upload, source_name, text, label)
            dataset_id = new_id()
            version = write_version(
                self._settings,
                dataset_id=dataset_id,
                number=1,
                sources=[upload.source()],
                recipe=recipe,
                problems=upload.problems,
                media=upload.media_folder if upload.is_media else None,
            )
        except DatasetError as error:
            error.columns = error.columns or (() if upload.is_media else upload.columns)
            raise
        finally:
            upload.discard()
        title = (name.strip() or source_name)[:NAME_CHARACTERS]
        dataset = Dataset(dataset_id, owner, title, now(), version)
        self._keep(version, lambda: self._store.add_dataset(dataset))
        return dataset

    def _recipe(self, upload: Upload, source_name: str, text: str, label: str) -> Recipe:
        if upload.is_media:
            text, label = upload.columns[:2]
        else:
            guess = guess_columns(
                sample_rows(upload.table_path, SAMPLE_ROWS), text=text, label=label
            )
            text, label = guess.text, guess.label
        return Recipe(
            input=text,
            target=label,
            source_name=source_name,
            format=upload.format,
            encoding=upload.encoding,
            delimiter=upload.delimiter,
            medium=upload.medium,
            form=upload.form,
            level=upload.level,
        )

    def samples(self) -> list[Sample]:
        """Return the samples that come with the app."""
        catalogue = tomllib.loads((SAMPLES / "samples.toml").read_text("utf-8"))
        return [Sample(name=name, **fields) for name, fields in catalogue.items()]

    def import_sample(self, owner: str, name: str, *, title: str = "") -> Dataset:
        """Import a sample; `title` is its name in the person's language.

        Raises:
            NotFoundError: `sample_unknown`.
        """
        known = [sample.name for sample in self.samples()]
        if name not in known:
            raise NotFoundError("sample_unknown", sample=name, known=", ".join(known))
        path = next(SAMPLES.glob(f"{name}.[cz][si][vp]"))
        return self.import_file(owner, path, name=title or name)

    # looking ----------------------------------------------------------------------------------

    def all(self, owner: str) -> list[Dataset]:
        """Return all datasets, newest first."""
        return self._store.datasets(owner)

    def get(self, owner: str, dataset_id: str) -> Dataset:
        """Return a dataset."""
        return self._store.dataset(owner, dataset_id)

    def preview(self, owner: str, dataset_id: str, *, limit: int = 20, offset: int = 0) -> Preview:
        """Return some rows as they came."""
        return preview(self._folder(self.get(owner, dataset_id)), limit=limit, offset=offset)

    def jobs_of(self, owner: str, dataset_id: str) -> list[str]:
        """Return the names of the jobs that would go with a dataset."""
        self.get(owner, dataset_id)
        jobs: list[Job] = []
        while page := self._store.jobs(owner, JOBS_PAGE, len(jobs)):
            jobs += page
        return [job.name for job in jobs if job.dataset_id == dataset_id]

    # changing ---------------------------------------------------------------------------------

    def rename(self, owner: str, dataset_id: str, name: str) -> Dataset:
        """Change the name people see.

        Raises:
            DatasetError: `name_empty`.
        """
        if not name.strip():
            raise DatasetError("name_empty")
        self._store.rename_dataset(owner, dataset_id, name.strip()[:NAME_CHARACTERS])
        return self.get(owner, dataset_id)

    def choose_columns(self, owner: str, dataset_id: str, *, text: str, label: str) -> Dataset:
        """Make a version that reads and learns other columns; every row keeps its id."""
        dataset = self.get(owner, dataset_id)
        version, folder = dataset.version, self._folder(dataset)
        guess_columns(dict.fromkeys(version.summary.columns, ()), text=text, label=label)
        if (text, label) == (version.recipe.input, version.recipe.target):
            return dataset
        sources = [own_source(folder)]
        if version.recipe.test_name:
            sources.append(own_test_source(folder))
        recipe = replace(version.recipe, input=text, target=label)
        return self._next(dataset, sources, recipe, _of_reading(version.summary.problems))

    def set_test_file(self, owner: str, dataset_id: str, path: Path) -> Dataset:
        """Make a version whose test rows are those of the file and nothing else.

        Raises:
            DatasetError: the file cannot be read, or lacks the columns (`test_columns`).
        """
        dataset = self.get(owner, dataset_id)
        recipe = dataset.version.recipe
        upload = read_upload(path, self._settings)
        try:
            missing = [c for c in (recipe.input, recipe.target) if c not in upload.columns]
            if missing:
                raise DatasetError(
                    "test_columns", missing=", ".join(missing), found=", ".join(upload.columns)
                )
            sources = [
                own_source(self._folder(dataset)),
                Source(upload.table_path, origin=TEST),
            ]
            kept = _of_reading(dataset.version.summary.problems)
            return self._next(dataset, sources, replace(recipe, test_name=path.name), kept)
        finally:
            upload.discard()

    def delete(self, owner: str, dataset_id: str) -> Deleted:
        """Delete a dataset with all that came from it, on disk too.

        Raises:
            JobError: `dataset_in_use`, while jobs on it are not final.
        """
        home = self._settings.home.resolve()
        deleted = self._store.delete_dataset(owner, dataset_id)
        for folder in (*deleted.folders, f"datasets/{dataset_id}"):
            place = (home / folder).resolve()
            if home in place.parents:
                shutil.rmtree(place, ignore_errors=True)
        return deleted

    def _next(
        self,
        dataset: Dataset,
        sources: Sequence[Source],
        recipe: Recipe,
        problems: Sequence[Message],
    ) -> Dataset:
        version = write_version(
            self._settings,
            dataset_id=dataset.id,
            number=dataset.version.number + 1,
            sources=sources,
            recipe=recipe,
            problems=problems,
        )
        self._keep(version, lambda: self._store.add_version(dataset.owner, version))
        return self.get(dataset.owner, dataset.id)

    def _keep(self, version: Version, store: Callable[[], None]) -> None:
        """Store a version, or take its folder away again."""
        try:
            store()
        except BaseException:
            shutil.rmtree(self._settings.home / version.folder, ignore_errors=True)
            raise

    def _folder(self, dataset: Dataset) -> Path:
        folder = self._settings.home / dataset.version.folder
        if not (folder / ITEMS).is_file():
            raise NotFoundError("dataset_files_missing", name=dataset.name)
        return folder


def _of_tray(tray: Tray) -> list[Given]:
    return [Given(item.path, item.place, item.text) for item in tray.items]


def _of_folder(folder: Path) -> list[Given]:
    """Return the files of a folder by their names from there; what a link leads to is not in the folder.

    Raises:
        DatasetError: `file_missing`.
    """
    if not folder.is_dir():
        raise DatasetError("file_missing", name=folder.name)
    found = []
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                found.append(Given(path.relative_to(folder).as_posix(), path.resolve()))
    return found


def _silent(_share: float) -> None:
    """Tell nobody."""


def _of_reading(problems: Sequence[Message]) -> list[Message]:
    """Return what the reader said, which stays true whatever columns are chosen."""
    return [problem for problem in problems if problem.key.startswith(READING)]
