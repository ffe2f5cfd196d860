"""An old and a new training on the same rows that neither learned from; it reads stored answers and asks for missing ones."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from bigmodel.answers import answer_type, metrics_of
from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.callbacks import OnCount
from bigmodel.core.datasets.dataset import Version
from bigmodel.core.datasets.inputs import files_among, in_short
from bigmodel.core.errors import ModelError
from bigmodel.core.job import Job, State
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.comparison import ChangedRow, Comparison
from bigmodel.core.task import Medium
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_rows, media_folder
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.services.results.compare_rows import shared_rows, today
from bigmodel.services.results.predictions import StoredPredictions, read_predictions
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task

MOST_CACHED = 16
MOST_SHOWN = 5  # rows that one alone got right
TEXT_CHARACTERS = 2_000
LISTED_JOBS = 200
Ask = Callable[[str, str, Sequence[str], OnCount | None], list[Answer]]  # owner, model, inputs


@dataclass(frozen=True)
class _Side:
    """A model with the version of the data it learned from."""

    model: TrainedModel
    version: Version


class CompareService:
    """Compares trainings of one dataset, for their owner only."""

    def __init__(self, settings: Settings, store: Store, ask: Ask) -> None:
        self._settings, self._store, self._ask_model = settings, store, ask
        self._cache: OrderedDict[tuple[str, str], Comparison] = OrderedDict()
        self._lock = threading.Lock()

    def earlier(self, owner: str, job_id: str) -> list[Job]:
        """Return the trainings that one can be compared with: done before it, same data, task and columns.

        Those of an older version of the data come first, and among them those of the same base.
        """
        job = self._store.jobs.get(owner, job_id)
        done, _ = self._store.jobs.find(
            owner, states=[State.SUCCEEDED], dataset_id=job.dataset_id, limit=LISTED_JOBS
        )
        others = [
            other for other in done if other.created_at < job.created_at and self._fits(other, job)
        ]
        return sorted(
            others,
            key=lambda other: (
                other.dataset_version >= job.dataset_version,
                (other.base, other.preset) != (job.base, job.preset),
            ),
        )

    def compare(
        self,
        owner: str,
        job_id: str,
        other_id: str,
        *,
        model_id: str = "",
        progress: OnCount | None = None,
    ) -> Comparison:
        """Return what a training achieves beside an earlier one, on test rows that neither learned from.

        Args:
            model_id: a model of the training, else its kept one. Of the earlier one it is the kept one.
            progress: told how many rows the earlier model was asked about.

        Raises:
            NotFoundError: no such training.
            ModelError: `compare_other_data`, `compare_folded`, `compare_none_left`, `results_missing`,
                what the answers' type says of measures that cannot be compared, or the earlier model cannot be loaded.
        """
        new, old = self._side(owner, job_id, model_id), self._side(owner, other_id)
        key = (f"{new.model.id} {new.model.digest}", f"{old.model.id} {old.model.digest}")
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        found = self._compared(owner, new, old, progress)
        with self._lock:
            self._cache[key] = found
            while len(self._cache) > MOST_CACHED:
                self._cache.popitem(last=False)
        return found

    def _fits(self, other: Job, job: Job) -> bool:
        if other.task != job.task:
            return False
        kind = answer_type(get_task(job.task, self._settings.task_folders))
        is_measured_so = all(
            other.params.get(name) == job.params.get(name) for name in kind.measured_by
        )
        return is_measured_so and _is_of_same_columns(self._version(job), self._version(other))

    def _version(self, job: Job) -> Version:
        return self._store.datasets.version(job.owner, job.dataset_id, job.dataset_version)

    def _side(self, owner: str, job_id: str, model_id: str = "") -> _Side:
        job = self._store.jobs.get(owner, job_id)
        models = sorted(
            self._store.models.list_all(owner, job.id), key=lambda model: not model.kept
        )
        chosen = next((m for m in models if m.id == model_id), models[0] if models else None)
        if chosen is None:
            raise ModelError("results_missing", name=job.name)
        return _Side(chosen, self._version(job))

    # one comparison ---------------------------------------------------------------------------

    def _compared(self, owner: str, new: _Side, old: _Side, progress: OnCount | None) -> Comparison:
        if not _is_alike(new, old):
            raise ModelError("compare_other_data")
        kind = self._kind(new.model)
        mine, its = (
            read_predictions(Artifacts(self._settings.home).path(model.folder), kind, model.labels)
            for model in (new.model, old.model)
        )
        row_ids, remarks = shared_rows(self._settings.home, new.version, old.version, mine, its)
        asked = self._stored_or_asked(owner, new.version, old.model, its, row_ids, progress)
        rename = partial(today, old=old.version.recipe, new=new.version.recipe)
        now = _on(mine, row_ids)
        before = kind.renamed(asked.answers, rename)
        found = kind.compare(now.truth, now.answers, before)

        def some(marks: Any) -> tuple[ChangedRow, ...]:
            return self._some(new.version, kind, now, before, found.gains, marks)

        return Comparison(
            rows=len(row_ids),
            sentence=found.sentence,
            measures=found.measures,
            only_new=int(found.is_gained.sum()),
            only_old=int(found.is_lost.sum()),
            remarks=(*remarks, *found.remarks),
            gained=some(found.is_gained),
            lost=some(found.is_lost),
            metrics=metrics_of(get_task(new.model.task, self._settings.task_folders)),
        )

    def _stored_or_asked(
        self,
        owner: str,
        version: Version,
        model: TrainedModel,
        stored: StoredPredictions,
        row_ids: Sequence[str],
        progress: OnCount | None,
    ) -> StoredPredictions:
        """Return a model's answers to rows: as its evaluation stored them, and asked of it where it did not."""
        known = set(stored.row_ids)
        kept = _on(stored, [row_id for row_id in row_ids if row_id in known])
        missing = [row_id for row_id in row_ids if row_id not in known]
        if not missing:
            return kept
        asked = self._ask(owner, version, model, missing, progress)
        both = StoredPredictions(
            [*kept.row_ids, *asked.row_ids],
            [*kept.truth, *asked.truth],
            [*kept.answers, *asked.answers],
        )
        return _on(both, row_ids)

    def _ask(
        self,
        owner: str,
        version: Version,
        model: TrainedModel,
        row_ids: Sequence[str],
        progress: OnCount | None,
    ) -> StoredPredictions:
        """Return what a model answers to rows of a version."""
        folder = self._settings.home / version.folder
        rows = load_rows(folder, row_ids)
        inputs, truth = rows["input"], rows["target"]
        if version.recipe.medium != Medium.TEXT:
            media = media_folder(folder)
            inputs = [str(media / name) for name in inputs]
            if target_kind(version.summary.target).is_file:
                truth = [str(media / name) for name in truth]
        questions = self._kind(model).asked(inputs, truth)
        answers = self._ask_model(owner, model.id, questions, progress)
        return StoredPredictions(rows["row_id"], rows["target"], answers)

    def _kind(self, model: TrainedModel) -> AnswerType:
        return answer_type(get_task(model.task, self._settings.task_folders))

    def _some(
        self,
        version: Version,
        kind: AnswerType,
        now: StoredPredictions,
        before: Sequence[Answer],
        gains: Any,
        marks: Any,
    ) -> tuple[ChangedRow, ...]:
        """Return the marked rows on which the models differ most, with what they say."""
        marked = np.flatnonzero(marks)
        order = np.argsort(-np.abs(gains[marked]), kind="stable")
        places = marked[order][:MOST_SHOWN].tolist()
        if not places:
            return ()
        folder = self._settings.home / version.folder
        rows = load_rows(folder, [now.row_ids[place] for place in places])
        is_text = version.recipe.medium == Medium.TEXT
        texts = (
            [in_short(text)[:TEXT_CHARACTERS] for text in rows["input"]]
            if is_text
            else rows["name"]
        )
        media = [""] * len(places) if is_text else rows["input"]
        parts = [files_among(text, version.recipe.inputs) for text in rows["input"]]
        return tuple(
            ChangedRow(
                text, kind.said(now.truth[at]), now.answers[at].text, before[at].text, file, of
            )
            for text, file, of, at in zip(texts, media, parts, places, strict=True)
        )


def _is_alike(new: _Side, old: _Side) -> bool:
    return (
        new.model.task == old.model.task
        and new.version.dataset_id == old.version.dataset_id
        and _is_of_same_columns(new.version, old.version)
    )


def _is_of_same_columns(new: Version, old: Version) -> bool:
    return (new.recipe.inputs, new.recipe.targets) == (old.recipe.inputs, old.recipe.targets)


def _on(answered: StoredPredictions, row_ids: Sequence[str]) -> StoredPredictions:
    """Return the answers to rows that are all among them."""
    found = answered.on(row_ids)
    if found is None:
        raise ModelError("results_damaged")
    return found
