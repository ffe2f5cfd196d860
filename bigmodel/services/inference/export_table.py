"""A dataset's own file, as it came, with every row's label: the person's where there is one, else the model's; it changes no dataset."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.answers import label
from bigmodel.core.callbacks import OnCount, Tell
from bigmodel.core.datasets.dataset import Dataset, UploadedFile, Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import Medium
from bigmodel.data.ingest.given_table import Table, table_of
from bigmodel.data.ingest.importer import Answers, read_upload
from bigmodel.data.tables.source import HAND, PLACE, UPLOAD
from bigmodel.data.versions.original_files import upload_path
from bigmodel.data.versions.versions import ITEMS
from bigmodel.services.inference.batch_table import (
    Asker,
    Row,
    empty_as,
    rows_of,
    text_columns,
    write_table,
)
from bigmodel.services.inference.downloads import pack, scratch_folder, written
from bigmodel.services.inference.predict import InferenceService
from bigmodel.services.inference.summary import AnsweredTable
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.settings import Settings
from bigmodel.store.base import Store

NAME_CHARACTERS = 80
ZIP = ".zip"
UNSAFE = re.compile(r"[^\w.()\[\] -]+")


class ExportTableService:
    """The tables behind datasets, to take along with answers."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        demo: InferenceService,
        sorting: LabellingService | None = None,
    ) -> None:
        self._sorting = sorting or LabellingService(settings, store)
        self._settings = settings
        self._store = store
        self._demo = demo

    def has_table(self, dataset: Dataset) -> bool:
        """Tell whether the file of a dataset is here, to be given back."""
        version = dataset.version
        return version.recipe.medium == Medium.TEXT and bool(self._files(version))

    def can_export(self, dataset: Dataset) -> bool:
        """Tell whether there is a table to write: its file is here, and a label or a model that gives one."""
        if not self.has_table(dataset):
            return False
        sorting = self._store.labels.get(dataset.owner, dataset.id)
        return (
            _is_labelled(dataset.version, sorting)
            or self._model(dataset.owner, dataset, "") is not None
        )

    def export(
        self,
        owner: str,
        dataset_id: str,
        say: Tell,
        *,
        model: str = "",
        out: Path | None = None,
        progress: OnCount | None = None,
    ) -> list[AnsweredTable]:
        """Write the file of a dataset with a label for each row; several files are packed as one ZIP.

        Args:
            owner: whose dataset it is.
            dataset_id: the dataset; all labels by hand so far are in what is written.
            say: puts words into the person's language.
            model: a model or a job; else the newest kept model of this dataset, if there is one.
            out: where to write; else where the page may offer it.
            progress: told the rows that are done, and all.

        Returns:
            The tables that were written, all with the path to take along.

        Raises:
            DatasetError: `own_table_gone`, `own_table_unlabelled` (no model, and no label), `table_not_written`.
        """
        dataset = self._sorting.settle(owner, dataset_id)
        version = dataset.version
        files = self._files(version)
        if not files:
            raise DatasetError("own_table_gone", name=dataset.name)
        sorting = self._store.labels.get(owner, dataset_id)
        asker = self._asker(owner, dataset, sorting, model)
        with ExitStack() as stack:
            read = [stack.enter_context(self._read(version, sorting, *file)) for file in files]
            tell = _together([table.rows for table, _ in read], progress)
            names = _names([table for table, _ in read])
            if len(read) == 1 and (out is None or out.suffix.lower() != ZIP):
                place = out or self._demo.download(names[0])
                with written(place):
                    return [self._write(read[0], place, asker, say, tell[0])]
            place = out or self._demo.download(f"{_safe(dataset.name)}-answers{ZIP}")
            place = place.with_suffix(ZIP)
            with written(place), scratch_folder(self._settings.scratch) as folder:
                made = [
                    self._write(each, folder / name, asker, say, share)
                    for each, name, share in zip(read, names, tell, strict=True)
                ]
                pack([table.path for table in made], place)
        return [replace(table, path=place) for table in made]

    def _asker(self, owner: str, dataset: Dataset, sorting: Labelling, model: str) -> Asker:
        chosen = self._model(owner, dataset, model)
        if chosen:
            return self._demo.asker(chosen)
        if not _is_labelled(dataset.version, sorting):
            raise DatasetError("own_table_unlabelled", name=dataset.name)
        return Asker(label.ANSWER, _classes(dataset.version, sorting))

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
        jobs, _ = self._store.jobs.find(owner, dataset_id=dataset.id)
        models = (found for job in jobs for found in self._store.models.list_all(owner, job.id))
        return next((found for found in models if found.kept), None)

    @contextmanager
    def _read(
        self, version: Version, sorting: Labelling, number: int, file: UploadedFile
    ) -> Iterator[tuple[Table, Iterator[list[Row]]]]:
        """Read a file again, so that rows which the dataset left out get an answer too."""
        folder = self._settings.home / version.folder
        path = upload_path(folder, file)
        asked = Answers(sheet=file.sheet, header_row=file.header_row)
        upload = read_upload(path, self._settings, name=file.name, answers=asked)
        try:
            labels = _Labels(folder / ITEMS, str(number), sorting)
            batches = rows_of(
                upload, text_columns(upload, version.recipe), empty_as(version.recipe)
            )
            table = replace(table_of(upload, path), name=file.name)
            yield table, ([labels.on(row) for row in rows] for rows in batches)
        finally:
            upload.discard()

    def _write(
        self,
        read: tuple[Table, Iterator[list[Row]]],
        out: Path,
        asker: Asker,
        say: Tell,
        progress: OnCount,
    ) -> AnsweredTable:
        table, rows = read
        return write_table(self._settings, table, rows, out, asker, say, progress)


class _Labels:
    """The labels of a dataset as the rows of one of its files find them: by their place, else by their text.

    What was sorted by hand since the newest version was made counts too, and what was taken back does not.
    """

    def __init__(self, items: Path, number: str, sorting: Labelling) -> None:
        table = pq.read_table(items, columns=["row_id", UPLOAD, PLACE, HAND, "input", "target"])
        ids, uploads, places, hands, texts, targets = (c.to_pylist() for c in table.columns)
        if not sorting.is_written:
            marks = sorting.labels
            sorted_now = {
                text: marks[row_id].label
                for row_id, text in zip(ids, texts, strict=True)
                if row_id in marks
            }
            targets = [
                sorted_now.get(text, "" if hand else sorting.relabel.get(target, target))
                for text, hand, target in zip(texts, hands, targets, strict=True)
            ]
        own = list(zip(uploads, places, texts, targets, strict=True))
        self._by_place = {place: label for file, place, _, label in own if file == number}
        self._by_text = {text: label for _, _, text, label in own if text and label}

    def on(self, row: Row) -> Row:
        """Return a row with the label that a person gave it."""
        own = self._by_place.get(str(row.place)) or self._by_text.get(row.text.strip(), "")
        return replace(row, own=own)


def _classes(version: Version, sorting: Labelling) -> tuple[str, ...]:
    """Return the classes where no model knows them: never none, which would mean numbers."""
    return sorting.classes or tuple(version.summary.classes) or ("",)


def _is_labelled(version: Version, sorting: Labelling) -> bool:
    return version.summary.usable_rows > 0 or bool(sorting.labels)


def _together(rows: Sequence[int], progress: OnCount | None) -> list[OnCount]:
    """Return what each table's writing tells, so that the person sees all of them as one."""
    tell, total = progress or (lambda _done, _all: None), sum(rows)

    def after(before: int) -> OnCount:
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
