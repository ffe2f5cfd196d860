"""What one page tells of a model so that it can be shown to somebody; no row of anybody is in it unless asked for.

Rows that a model was tried on are somebody's rows as well: they come along only with `examples`, and
rows it learned from only with `training_rows`. Where no rows were held out, the tried ones are training rows.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pyarrow.parquet as pq

from bigmodel.answers import answer_type
from bigmodel.core.datasets.attached import file_of
from bigmodel.core.datasets.dataset import Split, Version
from bigmodel.core.datasets.inputs import files_among, in_short
from bigmodel.core.language import Language
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import AnsweredRow, Results
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.gallery import media_file
from bigmodel.data.versions.versions import ITEMS
from bigmodel.services.results.results import ResultService
from bigmodel.services.sharing import page_html
from bigmodel.services.sharing.shown import ModelPage
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task
from bigmodel.words import Words

EXAMPLES = 8  # of each sort
SCANNED = 2_000  # training rows looked at to choose some
SMALL_TEST = 200
PICTURES = {".jpg": "image/jpeg", ".png": "image/png"}
PICTURE_BYTES = 256 * 1024
OF_ROWS = ("unheard_words", "confused")  # remarks that quote what is said in rows

NOT_IN_NAMES = re.compile(r"[^\w.-]+")

Resolve = Callable[[str, str], TrainedModel]  # owner, model or job


class ModelPageService:
    """Pages about models. A model is named by its id, or by its job's id, meaning the kept one."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        words: Words,
        results: ResultService,
        resolve: Resolve,
    ) -> None:
        self._settings = settings
        self._store = store
        self._words = words
        self._results = results
        self._resolve = resolve

    def page(
        self,
        owner: str,
        model_or_job: str,
        language: Language,
        *,
        examples: bool = False,
        training_rows: bool = False,
    ) -> str:
        """Return a page that needs no other file and no network.

        Raises:
            NotFoundError: `model_unknown`.
            ModelError: there is no model yet, or its evaluation is gone.
        """
        shown = self.facts(owner, model_or_job, examples=examples, training_rows=training_rows)
        return page_html.render(shown, self._words, language)

    def file_name(self, model: TrainedModel) -> str:
        """Return a name for the page of a model that every system can keep."""
        plain = NOT_IN_NAMES.sub("-", model.name).strip("-. ")[:60]
        return f"{plain or 'model'}.html"

    def facts(
        self,
        owner: str,
        model_or_job: str,
        *,
        examples: bool = False,
        training_rows: bool = False,
    ) -> ModelPage:
        """Return what the page says, as values."""
        model = self._resolve(owner, model_or_job)
        job = self._store.jobs.get(owner, model.job_id)
        version = self._store.datasets.version(owner, job.dataset_id, job.dataset_version)
        task = get_task(model.task, self._settings.task_folders)
        results = self._results.results(owner, model.job_id, model.id)
        if not examples:
            kept = tuple(one for one in results.remarks if not one.key.endswith(OF_ROWS))
            results = replace(results, remarks=kept)
        kind = answer_type(task)
        shown = ModelPage(
            name=job.name,
            model=model,
            task=task.name,
            medium=version.recipe.medium,
            wording=kind.wording,
            dataset=self._store.datasets.get(owner, version.dataset_id).name,
            at=model.created_at or job.created_at,
            summary=version.summary,
            results=results,
            limits=(*kind.limits(results), *_limits(results, version.recipe.medium)),
        )
        return self._with_rows(
            shown, owner, version, examples=examples, training_rows=training_rows
        )

    def _with_rows(
        self, shown: ModelPage, owner: str, version: Version, *, examples: bool, training_rows: bool
    ) -> ModelPage:
        of = {"model_id": shown.model.id, "limit": EXAMPLES}
        job_id = shown.model.job_id
        if examples and (training_rows or not shown.results.is_folded):
            wrong, _ = self._results.wrong(owner, job_id, **of)  # type: ignore[arg-type]
            right = self._results.right(owner, job_id, **of)  # type: ignore[arg-type]
            named = {
                row.row_id for row in right
            }  # of few numbers, the nearest are the farthest, too
            wrong = [row for row in wrong if row.row_id not in named]
            shown = replace(shown, right=tuple(right), wrong=tuple(wrong), has_examples=True)
        if training_rows:
            shown = replace(shown, learned=tuple(self._learned(version)))
        rows = (*shown.right, *shown.wrong, *shown.learned)
        among = {file_of(cell) for row in rows for _, cell in row.parts}
        files = {row.media for row in rows} | among
        return replace(shown, pictures=self._pictures(version, files - {""}))

    def _learned(self, version: Version) -> Sequence[AnsweredRow]:
        """Return some training rows, of every class in turn."""
        items = self._settings.home / version.folder / ITEMS
        said = target_kind(version.summary.target).said
        found: dict[str, list[AnsweredRow]] = {}
        for row_id, text, target, name in _training(items):
            is_text = version.recipe.medium == "text"
            row = AnsweredRow(
                row_id,
                in_short(text) if is_text else name,
                said(target),
                "",
                None,
                "" if is_text else text,
                files_among(text, version.recipe.inputs) if is_text else (),
            )
            found.setdefault(target, []).append(row)
        turns = (
            rows[place] for place in range(EXAMPLES) for rows in found.values() if place < len(rows)
        )
        return [row for row, _ in zip(turns, range(EXAMPLES), strict=False)]

    def _pictures(self, version: Version, files: set[str]) -> dict[str, str]:
        """Return the small pictures of rows as data addresses; recordings have none."""
        folder = self._settings.home / version.folder
        pictures = {}
        for file in files:
            path = media_file(folder, file, thumb=True)
            kind = PICTURES.get(path.suffix) if path else None
            if path and kind and path.stat().st_size <= PICTURE_BYTES:
                pictures[file] = f"data:{kind};base64,{b64encode(path.read_bytes()).decode()}"
        return pictures


def _training(items: object) -> Iterator[tuple[str, str, str, str]]:
    names = ["row_id", "input", "target", "name"]
    seen = 0
    with pq.ParquetFile(items) as file:
        for batch in file.iter_batches(SCANNED, columns=["split", *names]):
            for row in batch.to_pylist():
                if row["split"] == Split.TRAIN and seen < SCANNED:
                    seen += 1
                    yield row["row_id"], row["input"], row["target"], row["name"]


def _limits(results: Results, medium: str) -> Iterator[Message]:
    """Yield what no model of so few rows, or of one source, can do."""
    if results.is_folded:
        yield Message("show.limits.folded", {"rows": results.rows})
    elif results.rows < SMALL_TEST:
        yield Message("show.limits.small_test", {"rows": results.rows})
    yield Message(f"show.limits.elsewhere_{medium}")
    yield Message("show.limits.people")
