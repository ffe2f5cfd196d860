"""Rows of several media that somebody asks about: which columns take files, and given files under names that say their content.

No file is opened here; the serving child decodes it, and the reader child a text.
"""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.datasets.attached import SOUND_ENDING, attach, ending_of
from bigmodel.core.datasets.dataset import Split, Version
from bigmodel.core.datasets.inputs import placed_files, row_of
from bigmodel.core.errors import DatasetError
from bigmodel.core.task import Medium, Task
from bigmodel.data.ingest.importer import read_text
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import media_folder
from bigmodel.services.inference.example_rows import example_texts, items_of
from bigmodel.settings import Settings

LOOKED_AT = 500  # rows that tell what a column holds
TEXT, PICTURE, SOUND = "text", "image", "audio"
Behind = Callable[[str, str], tuple[Task, Version]]  # owner, and a model or a job
ENDINGS = {PICTURE: "jpg", SOUND: SOUND_ENDING}  # what it truly is, its bytes say


@dataclass(frozen=True)
class AskedColumn:
    """A column that a model reads, and what it takes: text (numbers too), image or audio."""

    name: str
    medium: str


class GivenRows:
    """Rows for models that read columns of any medium. `behind` returns a model's task and what it learned from."""

    def __init__(self, settings: Settings, behind: Behind) -> None:
        self._settings, self._behind = settings, behind

    def are_read(self, owner: str, model_or_job: str) -> bool:
        """Return whether a model is asked about rows of a table rather than about one file each."""
        return self._behind(owner, model_or_job)[0].medium == Medium.TEXT

    def columns(self, owner: str, model_or_job: str) -> tuple[AskedColumn, ...]:
        """Return what a model reads of a row, where it reads columns of any medium: none of other models."""
        task, version = self._behind(owner, model_or_job)
        if not target_kind(task.target).reads_all:
            return ()
        return asked_columns(self._settings.home / version.folder, version)

    def row(self, owner: str, model_or_job: str, given: Sequence[str]) -> str:
        """Return a row to ask about, "" where nothing is given; of pictures and recordings `given` are paths.

        Raises:
            DatasetError: `file_missing`.
        """
        columns = self.columns(owner, model_or_job)
        filled = [*given, *[""] * (len(columns) - len(given))]
        cells = [
            _kept(self._settings, column.medium, Path(one))
            if one and column.medium != TEXT
            else one
            for column, one in zip(columns, filled, strict=True)
        ]
        return row_of(cells)

    def document(self, path: Path) -> str:
        """Return what stands in a text file of a person, to be asked about.

        Raises:
            DatasetError: it is no text, or too large.
        """
        return read_text(path, self._settings, name=path.name)

    def examples(self, owner: str, model_or_job: str, count: int = 6) -> list[str]:
        """Return rows that the model never learned from, as `placed` takes them."""
        _, version = self._behind(owner, model_or_job)
        split = Split.TEST if version.summary.split_rows.get(Split.TEST) else Split.TRAIN
        return example_texts(items_of(self._settings.home / version.folder), split, count)

    def dataset_id(self, owner: str, model_or_job: str) -> str:
        """Return which dataset the examples and their files are of."""
        return self._behind(owner, model_or_job)[1].dataset_id

    def placed(self, owner: str, model_or_job: str, example: str) -> str:
        """Return an example with its files where they lie; a file of no dataset of this model stays unfound."""
        _, version = self._behind(owner, model_or_job)
        return placed_files(example, media_folder(self._settings.home / version.folder))


def asked_columns(folder: Path, version: Version) -> tuple[AskedColumn, ...]:
    """Return the columns that models of a version read, in order."""
    names = [ORIGINAL + name for name in version.recipe.inputs]
    with pq.ParquetFile(items_of(folder)) as file:
        batch = next(file.iter_batches(LOOKED_AT, columns=names))
    return tuple(
        AskedColumn(name, _medium(batch.column(ORIGINAL + name).to_pylist()))
        for name in version.recipe.inputs
    )


def _kept(settings: Settings, medium: str, path: Path) -> str:
    """Return the cell of a file, under a name that says its content."""
    if not path.is_file():
        raise DatasetError("file_missing", name=path.name)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    place = settings.scratch / "asked" / digest[:2] / f"{digest}.{ENDINGS[medium]}"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(path, place)
    return attach(path.name, str(place))


def _medium(cells: Sequence[str]) -> str:
    endings = [ending for cell in cells if (ending := ending_of(cell or ""))]
    if not endings:
        return TEXT
    return SOUND if 2 * endings.count(SOUND_ENDING) > len(endings) else PICTURE
