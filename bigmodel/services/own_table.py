"""A dataset's own file, as it came, with every row's label: the person's where there is one, else the model's; it changes no dataset."""

import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.dataset import Dataset, UploadedFile, Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import Medium
from bigmodel.data.source import ORIGINAL, PLACE, UPLOAD
from bigmodel.data.uploads import upload_path
from bigmodel.data.versions import ITEMS
from bigmodel.services.demo import DemoService, written
from bigmodel.services.demo_files import Say
from bigmodel.services.demo_table import (
    BATCH_ROWS,
    AnsweredTable,
    Asker,
    Progress,
    Row,
    Table,
    write_table,
)
from bigmodel.settings import Settings
from bigmodel.store.base import Store

NAME_CHARACTERS = 80
ZIP = ".zip"
UNSAFE = re.compile(r"[^\w.()\[\] -]+")


class OwnTableService:
    """The tables behind datasets, to take along with answers."""

    def __init__(self, settings: Settings, store: Store, demo: DemoService) -> None:
        self._settings = settings
        self._store = store
        self._demo = demo

    def has_table(self, dataset: Dataset) -> bool:
        """Tell whether the file of a dataset is here, to be given back."""
        version = dataset.version
        return version.recipe.medium == Medium.TEXT and bool(self._files(version))

    def export(
        self,
        owner: str,
        dataset_id: str,
        say: Say,
        *,
        model: str = "",
        out: Path | None = None,
        progress: Progress | None = None,
    ) -> list[AnsweredTable]:
        """Write the file of a dataset with a label for each row; several files are packed as one ZIP.

        Args:
            owner: whose dataset it is.
            dataset_id: the dataset, whose newest version counts.
            say: puts words into the person's language.
            model: a model or a job; else the newest kept model of this dataset, if there is one.
            out: where to write; else where the page may offer it.
            progress: told the rows that are done, and all.

        Returns:
            The tables that were written, all with the path to take along.

        Raises:
            DatasetError: `own_table_gone`, `own_table_unlabelled` (no model, and no label), `table_not_written`.
        """
        dataset = self._store.dataset(owner, dataset_id)
        version = dataset.version
        files = self._files(version)
        if not files:
            raise DatasetError("own_table_gone", name=dataset.name)
        chosen = self._model(owner, dataset, model)
        if chosen is None and not version.summary.usable_rows:
            raise DatasetError("own_table_unlabelled", name=dataset.name)
        asker = self._demo.asker(chosen) if chosen else Asker(tuple(version.summary.classes))
        tables = [self._table(version, number, file) for number, file in files]
        tell = _together([table.rows for table in tables], progress)
        names = _names(tables)
        if len(tables) == 1 and (out is None or out.suffix.lower() != ZIP):
            place = out or self._demo.download(names[0])
            with written(place):
                return [self._write(version, files[0][0], tables[0], place, asker, say, tell[0])]
        place = out or self._demo.download(f"{_safe(dataset.name)}-answers{ZIP}")
        place = place.with_suffix(ZIP)
        folder = self._settings.scratch / f"tables-{new_id()}"
        folder.mkdir(mode=0o700)
        try:
            with written(place):
                made = [
                    self._write(version, number, table, folder / name, asker, say, each)
                    for (number, _), table, name, each in zip(
                        files, tables, names, tell, strict=True
                    )
                ]
                _pack([table.path for table in made], place)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return [replace(table, path=place) for table in made]

    def _files(self, version: Version) -> list[tuple[int, UploadedFile]]:
        """Return the files that are still here, by their number."""
        folder = self._settings.home / version.folder
        return [
            (number, file)
            for number, file in enumerate(version.recipe.uploads)
            if upload_path(folder, file).is_file()
        ]

    def _model(self, owner: str, dataset: Dataset, model: str) -> TrainedModel | None:
        if model:
            return self._demo.resolve(owner, model)
        for known in self._demo.models(owner, Medium.TEXT):
            if known.kept and self._store.job(owner, known.job_id).dataset_id == dataset.id:
                return known
        return None

    def _table(self, version: Version, number: int, file: UploadedFile) -> Table:
        folder = self._settings.home / version.folder
        numbers = pq.read_table(folder / ITEMS, columns=[UPLOAD]).column(UPLOAD)
        return Table(
            path=upload_path(folder, file),
            name=file.name,
            format=file.format,
            columns=version.summary.columns,
            rows=numbers.to_pylist().count(str(number)),
            delimiter=file.delimiter,
            sheet=file.sheet,
            header_row=file.header_row,
        )

    def _write(
        self,
        version: Version,
        number: int,
        table: Table,
        out: Path,
        asker: Asker,
        say: Say,
        progress: Progress,
    ) -> AnsweredTable:
        cells = () if table.comes_back(out) else table.columns
        rows = _rows(self._settings.home / version.folder / ITEMS, str(number), cells)
        return write_table(self._settings, table, rows, out, asker, say, progress)


def _rows(items: Path, number: str, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Yield the rows of one upload in batches, with their cells where a plain table is written."""
    names = [UPLOAD, PLACE, "input", "target", *(ORIGINAL + column for column in columns)]
    with pq.ParquetFile(items) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=names):
            found = {name: batch.column(name).to_pylist() for name in names}
            uploads, places, texts, targets, *cells = (found[name] for name in names)
            rows = zip(uploads, places, texts, targets, _across(cells, len(uploads)), strict=True)
            yield [
                Row(int(place), text, cells_of, own)
                for upload, place, text, own, cells_of in rows
                if upload == number
            ]


def _across(columns: Sequence[Sequence[str]], rows: int) -> list[Sequence[str]]:
    return list(zip(*columns, strict=True)) if columns else [()] * rows


def _together(rows: Sequence[int], progress: Progress | None) -> list[Progress]:
    """Return what each table's writing tells, so that the person sees all of them as one."""
    tell, total = progress or (lambda _done, _all: None), sum(rows)

    def after(before: int) -> Progress:
        return lambda done, _all: tell(before + done, total)

    return [after(sum(rows[:number])) for number in range(len(rows))]


def _names(tables: Sequence[Table]) -> list[str]:
    """Return what the tables are called, each name once."""
    names: list[str] = []
    for table in tables:
        stem, number = f"{_safe(Path(table.name).stem)}-answers", 1
        while (name := f"{stem}{f' {number}' if number > 1 else ''}{table.ending}") in names:
            number += 1
        names.append(name)
    return names


def _safe(name: str) -> str:
    return UNSAFE.sub("_", name).strip(" .")[:NAME_CHARACTERS] or "table"


def _pack(paths: Sequence[Path], out: Path) -> None:
    part = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
            for path in paths:
                package.write(path, path.name)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
