"""Workbooks and pasted tables: how a kept one looks, reading it anew with another sheet or header; it opens no upload itself."""

import shutil
from dataclasses import replace
from pathlib import Path

from bigmodel.core.datasets.dataset import Dataset, Recipe, UploadedFile
from bigmodel.core.datasets.workbook_preview import WorkbookPreview
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.data.ingest.importer import Answers, Upload, look_at, read_upload
from bigmodel.data.tables.source import sample_rows
from bigmodel.data.versions.original_files import keep_look, kept_look, upload_path, uploaded_as
from bigmodel.data.versions.reread import hand_labels, with_ids
from bigmodel.data.versions.versions import own_test_source, write_version
from bigmodel.services.datasets.keep import keep_version
from bigmodel.services.datasets.recipe import SAMPLE_ROWS, columns_of
from bigmodel.settings import Settings
from bigmodel.store.base import Store

FORMATS = ("xlsx", "xls", "ods", "sqlite", "html", "sql")  # of several sheets or tables
PASTED = "pasted.tsv"
DECLARED = "sep=\t\n"  # says that tabs part the columns, so that commas in a text never do
MOST_PASTED_MB = 20


class WorkbookService:
    """Sheets, rows of names, and tables that come in by the clipboard."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def look(self, owner: str, dataset_id: str, sheet: str = "") -> WorkbookPreview | None:
        """Return how the workbook of a dataset looks: the sheet that was read, or another one.

        Nothing comes back where a dataset is not of one kept workbook.

        Raises:
            DatasetError: the workbook cannot be opened, or has no such sheet.
        """
        dataset = self._store.datasets.get(owner, dataset_id)
        upload = _workbook_of(dataset.version.recipe)
        folder = self._settings.home / dataset.version.folder
        if upload is None or not upload_path(folder, upload).is_file():
            return None
        asked = (
            upload if sheet in ("", upload.sheet) else replace(upload, sheet=sheet, header_row=0)
        )
        found = kept_look(folder, asked)
        if found is None:
            answers = Answers(sheet=asked.sheet, header_row=asked.header_row)
            path = upload_path(folder, upload)
            found = look_at(path, self._settings, name=upload.name, answers=answers)
            if found is not None:
                keep_look(folder, asked, found)
        return found

    def reread(
        self,
        owner: str,
        dataset_id: str,
        *,
        sheet: str = "",
        header_row: int = 0,
        text: str = "",
        label: str = "",
    ) -> Dataset:
        """Read the kept workbook of a dataset anew, as its next version.

        Rows of the same sheet keep their id and their label by hand. Columns that are not given stay
        as they were where they are still there, else they are guessed.

        Raises:
            DatasetError: `reread_not_kept`, `reread_grown`, `reread_labels`, or as of an import.
        """
        dataset = self._store.datasets.get(owner, dataset_id)
        folder = self._settings.home / dataset.version.folder
        kept = self._kept(dataset, folder)
        answers = Answers(sheet=sheet or kept.sheet, header_row=header_row)
        path = upload_path(folder, kept)
        upload = read_upload(path, self._settings, name=kept.name, answers=answers)
        try:
            is_same = upload.sheet == kept.sheet
            if not is_same:
                self._refuse_labels(dataset, folder, kept.sheet)
            return self._next(dataset, upload, path, is_same=is_same, text=text, label=label)
        except DatasetError as error:
            error.columns = error.columns or upload.columns
            error.look = error.look or upload.look
            raise
        finally:
            upload.discard()

    def _refuse_labels(self, dataset: Dataset, folder: Path, sheet: str) -> None:
        """Refuse what would lose labels given by hand, in a version or not yet."""
        sorted_rows = len(self._store.labels.get(dataset.owner, dataset.id).labels)
        count = max(sorted_rows, hand_labels(folder))
        if count:
            raise DatasetError("reread_labels", count=count, sheet=sheet)

    def _kept(self, dataset: Dataset, folder: Path) -> UploadedFile:
        uploads = dataset.version.recipe.uploads
        if len(uploads) > 1:
            raise DatasetError("reread_grown", count=len(uploads))
        if not uploads or not upload_path(folder, uploads[0]).is_file():
            raise DatasetError("reread_not_kept")
        return uploads[0]

    def _next(
        self, dataset: Dataset, upload: Upload, path: Path, *, is_same: bool, text: str, label: str
    ) -> Dataset:
        folder = self._settings.home / dataset.version.folder
        recipe = self._recipe(dataset.version.recipe, upload, path, text=text, label=label)
        source = upload.source(upload="0")
        if is_same:
            source = with_ids(source, folder, upload.table_path.with_name("known.parquet"))
        sources = [source]
        if recipe.test_name:
            test = own_test_source(folder)
            if {*recipe.inputs, *recipe.targets} <= {*test.columns, ""}:
                sources.append(test)
            else:
                recipe = replace(recipe, test_name="")
        version = write_version(
            self._settings,
            dataset_id=dataset.id,
            number=dataset.version.number + 1,
            sources=sources,
            recipe=recipe,
            problems=upload.problems,
        )
        if upload.look:
            keep_look(folder, recipe.uploads[0], upload.look)
        return keep_version(self._settings, self._store, dataset.owner, version)

    def _recipe(self, old: Recipe, upload: Upload, path: Path, *, text: str, label: str) -> Recipe:
        text = text or (old.input if old.input in upload.columns else "")
        label = label or (old.target if old.target in upload.columns else "")
        if text == label:
            label = ""
        also = tuple(n for n in old.also if n in upload.columns and n not in (text, label))
        sample = sample_rows(upload.source(), SAMPLE_ROWS)
        guess = columns_of(upload, sample, text=text, label=label, also=also)
        kept = replace(
            uploaded_as(upload, path), name=old.uploads[0].name, file=old.uploads[0].file
        )
        return replace(
            old,
            input=guess.text,
            more=tuple(
                n for n in old.more if n in upload.columns and n not in (guess.text, guess.label)
            ),
            target=guess.label,
            also=guess.also,
            kind=guess.kind or ("" if old.also else old.kind),
            relabel=old.relabel if guess.label == old.target else {},
            uploads=(kept,),
            encoding=upload.encoding,
            delimiter=upload.delimiter,
        )

    # pasting ----------------------------------------------------------------------------------

    def write_pasted(self, text: str) -> Path:
        """Write what was pasted as a table that can be imported; `forget_pasted` removes it.

        Raises:
            DatasetError: `paste_empty`, `paste_big`.
        """
        if not text.strip():
            raise DatasetError("paste_empty")
        content = (DECLARED + text).encode("utf-8", "replace")
        limit = min(MOST_PASTED_MB, self._settings.max_upload_mb)
        if len(content) > limit * 2**20:
            raise DatasetError("paste_big", mb=len(content) // 2**20, limit=limit)
        folder = self._settings.scratch / f"pasted-{new_id()}"
        folder.mkdir(mode=0o700, parents=True)
        (folder / PASTED).write_bytes(content)
        return folder / PASTED

    def forget_pasted(self, path: Path) -> None:
        """Remove what `write_pasted` wrote, once it is a dataset."""
        if path.name == PASTED and path.parent.parent == self._settings.scratch:
            shutil.rmtree(path.parent, ignore_errors=True)


def _workbook_of(recipe: Recipe) -> UploadedFile | None:
    uploads = recipe.uploads
    return uploads[0] if len(uploads) == 1 and uploads[0].format in FORMATS else None
