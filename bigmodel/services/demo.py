"""Trying a trained model: texts in, answers out, one by one or a whole table; it never loads a model itself."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.dataset import Recipe, Split
from bigmodel.core.errors import DatasetError, ModelError, NotFoundError
from bigmodel.core.ids import is_id, new_id
from bigmodel.core.job import Job
from bigmodel.core.model import TrainedModel
from bigmodel.core.results import Prediction
from bigmodel.data.importer import Upload, read_upload
from bigmodel.services.answer_table import ENDINGS, open_table
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.store.base import Store

Progress = Callable[[int, int], None]  # rows done, rows in all
BATCH_ROWS = 1_024
EXAMPLE_CHARACTERS = 240
DOWNLOAD_S = 86_400.0  # answered tables lie this long for their download
EXAMPLE_ROWS = 2_000  # rows looked at to choose examples


@dataclass(frozen=True)
class Source:
    """The data behind a model. No test rows means that it was measured by repeated folds."""

    dataset: str
    test_rows: int


class DemoService:
    """Answers of trained models. A model is named by its id, or by its job's id, meaning the kept one."""

    def __init__(self, settings: Settings, store: Store, serving: Serving) -> None:
        self._settings = settings
        self._store = store
        self._serving = serving

    def models(self, owner: str) -> list[TrainedModel]:
        """Return all models, newest first, those kept before the others of their job."""
        models = self._store.models(owner)
        newest = {job_id: place for place, job_id in enumerate(_unique(m.job_id for m in models))}
        return sorted(models, key=lambda model: (newest[model.job_id], not model.kept))

    def resolve(self, owner: str, model_or_job: str) -> TrainedModel:
        """Return the model meant by an id.

        Raises:
            NotFoundError: `model_unknown`.
            ModelError: `model_not_ready` (its job still runs), or `job_without_model`.
        """
        if not is_id(model_or_job):
            raise NotFoundError("model_unknown")
        try:
            return self._store.model(owner, model_or_job)
        except NotFoundError:
            job = self._job(owner, model_or_job)
        models = self._store.models(owner, job.id)
        if models:
            return next((model for model in models if model.kept), models[-1])
        raise ModelError("job_without_model" if job.is_final else "model_not_ready", name=job.name)

    def warm(self, owner: str, model_or_job: str) -> None:
        """Start loading a model, so that the first answer comes at once."""
        self._serving.warm(self._folder(self.resolve(owner, model_or_job)))

    def predict(self, owner: str, model_or_job: str, texts: Sequence[str]) -> list[Prediction]:
        """Return the answer to each text."""
        model = self.resolve(owner, model_or_job)
        scores = self._serving.scores(self._folder(model), texts)
        return [_prediction(model.labels, row) for row in scores]

    def scores(
        self,
        owner: str,
        model_or_job: str,
        texts: Sequence[str],
        progress: Progress | None = None,
    ) -> list[list[float]]:
        """Return one row of scores a text: probabilities in the order of the model's labels, or one number."""
        model = self.resolve(owner, model_or_job)
        return self._serving.scores(self._folder(model), texts, progress)

    def predict_file(
        self,
        owner: str,
        model_or_job: str,
        path: Path,
        out: Path,
        progress: Progress | None = None,
    ) -> Path:
        """Answer every row of a table and write the same table to `out` (.xlsx, .tsv, else .csv).

        All columns stay; `predicted` and, for classes, `certainty` are added. A row without text
        gets no answer.

        Raises:
            DatasetError: the table cannot be read, or `table_not_written`.
        """
        model = self.resolve(owner, model_or_job)
        upload = read_upload(path, self._settings)
        try:
            column = text_column(upload, self._recipe(owner, model))
            self._write_answers(model, upload, column, out, progress)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DatasetError("table_not_written", path=str(out), reason=reason) from error
        finally:
            upload.discard()
        return out

    def examples(self, owner: str, model_or_job: str, count: int = 6) -> list[str]:
        """Return short texts that the model never learned from, of every class in turn."""
        model = self.resolve(owner, model_or_job)
        job = self._store.job(owner, model.job_id)
        version = self._store.version(owner, job.dataset_id, job.dataset_version)
        items = self._settings.home / version.folder / "items.parquet"
        split = Split.TEST if version.summary.split_rows.get(Split.TEST) else Split.TRAIN
        return _spread(_rows(items, split), count)

    def answer_upload(
        self, owner: str, model_or_job: str, path: Path, progress: Progress | None = None
    ) -> Path:
        """Answer every row of a table somebody uploaded; the result lies where the page may offer it."""
        downloads = self._settings.scratch / "downloads"
        _sweep(downloads)
        folder = downloads / new_id()
        folder.mkdir(mode=0o700, parents=True)
        ending = path.suffix.lower() if path.suffix.lower() in ENDINGS else ".csv"
        out = folder / f"{path.stem}-answers{ending}"
        return self.predict_file(owner, model_or_job, path, out, progress)

    def source(self, owner: str, model: TrainedModel) -> Source:
        """Return what a model learned from, and on how many rows it was tried."""
        job = self._store.job(owner, model.job_id)
        version = self._store.version(owner, job.dataset_id, job.dataset_version)
        name = self._store.dataset(owner, job.dataset_id).name
        return Source(name, version.summary.split_rows.get(Split.TEST, 0))

    def _job(self, owner: str, job_id: str) -> Job:
        try:
            return self._store.job(owner, job_id)
        except NotFoundError:
            raise NotFoundError("model_unknown") from None

    def _recipe(self, owner: str, model: TrainedModel) -> Recipe:
        job = self._store.job(owner, model.job_id)
        return self._store.version(owner, job.dataset_id, job.dataset_version).recipe

    def _folder(self, model: TrainedModel) -> Path:
        return self._settings.home / model.folder

    def _write_answers(
        self,
        model: TrainedModel,
        upload: Upload,
        column: str,
        out: Path,
        progress: Progress | None,
    ) -> None:
        added = ("predicted", "certainty") if model.labels else ("predicted",)
        position = upload.columns.index(column)
        done = 0
        with open_table(out, (*upload.columns, *_fresh(added, upload.columns))) as table:
            for rows in _batches(upload.table_path):
                answers = self._answers(model, [row[position] for row in rows])
                for row, answer in zip(rows, answers, strict=True):
                    table.add(row, answer)
                done += len(rows)
                if progress:
                    progress(done, upload.rows)

    def _answers(self, model: TrainedModel, texts: Sequence[str]) -> list[tuple[str | float, ...]]:
        asked = [position for position, text in enumerate(texts) if text.strip()]
        scores = self._serving.scores(self._folder(model), [texts[position] for position in asked])
        answers: list[tuple[str | float, ...]] = [("",) * (2 if model.labels else 1)] * len(texts)
        for position, row in zip(asked, scores, strict=True):
            answer = _prediction(model.labels, row)
            if answer.label is None:
                answers[position] = (round(answer.value or 0.0, 6),)
            else:
                answers[position] = (answer.label, round(max(row), 4))
        return answers


def text_column(upload: Upload, recipe: Recipe) -> str:
    """Return the column to read: the one the model learned from, else the one with the longest texts."""
    if recipe.input in upload.columns or len(upload.columns) == 1:
        return recipe.input if recipe.input in upload.columns else upload.columns[0]
    rows = next(_batches(upload.table_path))
    characters = [sum(map(len, column)) for column in zip(*rows, strict=True)]
    return upload.columns[characters.index(max(characters))]


def _prediction(labels: tuple[str, ...], row: Sequence[float]) -> Prediction:
    if not labels:
        return Prediction(label=None, value=row[0])
    best = max(range(len(labels)), key=row.__getitem__)
    return Prediction(labels[best], None, dict(zip(labels, row, strict=True)))


def _batches(table: Path) -> Iterator[list[tuple[str, ...]]]:
    with pq.ParquetFile(table) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            columns = [[value or "" for value in column.to_pylist()] for column in batch.columns]
            yield list(zip(*columns, strict=True))


def _fresh(names: Iterable[str], taken: Sequence[str]) -> list[str]:
    """Return the names, numbered where the table has them already."""
    fresh = []
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name} {number}"
        fresh.append(unique)
    return fresh


def _rows(items: Path, split: Split) -> Iterator[tuple[str, str]]:
    """Yield texts and their targets of one split."""
    with pq.ParquetFile(items) as file:
        for batch in file.iter_batches(EXAMPLE_ROWS, columns=["split", "input", "target"]):
            for of, text, target in zip(
                *(column.to_pylist() for column in batch.columns), strict=True
            ):
                if of == split:
                    yield text, target


def _spread(rows: Iterable[tuple[str, str]], count: int) -> list[str]:
    by_target: dict[str, dict[str, None]] = {}
    for seen, (text, target) in enumerate(rows):
        if seen >= EXAMPLE_ROWS:
            break
        text = " ".join(text.split())
        if 0 < len(text) <= EXAMPLE_CHARACTERS:
            by_target.setdefault(target, {})[text] = None
    in_turn = chain.from_iterable(zip_longest(*by_target.values()))
    return _unique(text for text in in_turn if text)[:count]


def _sweep(downloads: Path) -> None:
    """Remove what nobody will download any more."""
    for folder in downloads.glob("*/"):
        if time.time() - folder.stat().st_mtime > DOWNLOAD_S:
            shutil.rmtree(folder, ignore_errors=True)


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
