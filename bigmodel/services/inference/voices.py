"""People whom models know by their voice: who they are, one more by three takes, one less with everything of that person."""

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bigmodel.core.answer import AnswerType
from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import JobError, ModelError, SettingsError
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.model import TrainedModel
from bigmodel.data.versions.forget import forget_rows, rows_of
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.jobs.supervisor.cleanup import remove_copies
from bigmodel.services.inference.predict import InferenceService
from bigmodel.services.results.predictions import PREDICTIONS, RECORD
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.recovery import forget_deleted
from bigmodel.training.frozen.cache import FOLDER

log = logging.getLogger(__name__)

TAKES, LEAST_S = 3, 3.0  # that a person brings, and of speech in each
FEWEST_LEFT = 2  # people of a data set, below which it tells nobody apart
NAME_CHARACTERS = 60
MOST_JOBS = 10_000
FOREVER = (
    "voices_not_kept",
    "voices_not_measured",
)  # of models that cannot forget one person alone


@dataclass(frozen=True)
class Person:
    """Somebody whom a model knows; `came` after its training."""

    name: str
    came: bool


@dataclass(frozen=True)
class Take:
    """A recording of somebody who is to be known: seconds of speech, whose voice it is like, whether it is unlike the others."""

    seconds: float
    like: str = ""
    is_apart: bool = False

    @property
    def is_short(self) -> bool:
        return self.seconds < LEAST_S

    @property
    def is_doubtful(self) -> bool:
        return bool(self.like) or self.is_apart


@dataclass(frozen=True)
class Gone:
    """What went with a person: rows of the data, profiles of models, and trainings that learned from the voice by their weights."""

    rows: int
    profiles: int
    trainings: int


class Voices:
    """The people of all owners' models that say who speaks."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        inference: InferenceService,
        serving: Serving,
        delete_job: Callable[[str, str], object],
    ) -> None:
        self._settings, self._store = settings, store
        self._inference, self._serving, self._delete_job = inference, serving, delete_job

    def people(self, owner: str, model_id: str) -> list[Person]:
        """Return whom a model knows."""
        folder = self._folder(self._model(owner, model_id))
        return [
            Person(one["name"], one["came"]) for one in self._serving.of_people(folder, "people")
        ]

    def weigh(self, owner: str, model_id: str, takes: Sequence[Path]) -> list[Take]:
        """Return how takes of one person are, before they count.

        Raises:
            ModelError: `voices_not_measured`, or `sound_*`: a take cannot be read.
        """
        folder = self._folder(self._model(owner, model_id))
        found = self._serving.of_people(folder, "weigh", takes=[str(p.resolve()) for p in takes])
        return [Take(**one) for one in found]

    def enrol(
        self, owner: str, model_id: str, name: str, takes: Sequence[Path], *, anyway: bool = False
    ) -> list[Take]:
        """Let a model know one more person at once, without a training; thresholds are measured anew.

        `anyway` counts takes that sound like somebody else, too; too few or too short ones never count.

        Raises:
            ModelError: `voice_without_name`, `voice_known`, `takes_few`, `take_short`, `takes_doubtful`, or as of `weigh`.
        """
        model = self._model(owner, model_id)
        cleaned = " ".join(name.split())[:NAME_CHARACTERS]
        if not cleaned:
            raise ModelError("voice_without_name")
        if cleaned in {one.name for one in self.people(owner, model.id)}:
            raise ModelError("voice_known", name=cleaned)
        if len(takes) < TAKES:
            raise ModelError("takes_few", count=len(takes), wanted=TAKES)
        weighed = self.weigh(owner, model.id, takes)
        for number, take in enumerate(weighed, 1):
            if take.is_short:
                raise ModelError("take_short", number=number, seconds=take.seconds, least=LEAST_S)
        if not anyway and any(take.is_doubtful for take in weighed):
            raise ModelError("takes_doubtful", count=sum(take.is_doubtful for take in weighed))
        paths = [str(path.resolve()) for path in takes]
        self._serving.of_people(self._folder(model), "enrol", cleaned, paths)
        self._forget_exports(model)
        return weighed

    def delete(self, owner: str, model_id: str, name: str) -> Gone:
        """Delete a person: from every model of the same data, from all its versions with the recordings, and from all copies.

        A training that learned from the voice by its weights goes whole, for weights forget nobody.

        Raises:
            ModelError: `voice_unknown`; or `voice_last`, fewer than two people would be left in the data.
            JobError: `dataset_in_use`, while jobs on the data are not final.
        """
        model = self._model(owner, model_id)
        job = self._store.jobs.get(owner, model.job_id)
        jobs, _ = self._store.jobs.find(owner, dataset_id=job.dataset_id, limit=MOST_JOBS)
        versions = self._versions(owner, job.dataset_id)
        rows = rows_of(self._settings, versions, name)
        if not rows and name not in {one.name for one in self.people(owner, model.id)}:
            raise ModelError("voice_unknown", name=name)
        if rows and len(versions[-1].summary.classes) <= FEWEST_LEFT:
            raise ModelError("voice_last", name=name)
        if rows and (busy := sum(not one.is_final for one in jobs)):
            data = self._store.datasets.get(owner, job.dataset_id).name
            raise JobError("dataset_in_use", name=data, jobs=busy)
        profiles, trainings = self._forget(owner, jobs, name)
        if rows:
            self._forget_rows(owner, versions, rows, name)
        remove_copies(self._settings)
        self._forget_copies()
        return Gone(len(rows), profiles, trainings)

    # parts --------------------------------------------------------------------------------------

    def _model(self, owner: str, model_id: str) -> TrainedModel:
        """Return a model that knows people by their voice."""
        model = self._inference.resolve(owner, model_id)
        if not self._inference.answers_of(model).has_claims:
            raise ModelError("voices_not_kept")
        return model

    def _folder(self, model: TrainedModel) -> Path:
        return Artifacts(self._settings.home).path(model.folder)

    def _versions(self, owner: str, dataset_id: str) -> list[Version]:
        newest = self._store.datasets.get(owner, dataset_id).version.number
        return [
            self._store.datasets.version(owner, dataset_id, number)
            for number in range(1, newest + 1)
        ]

    def _forget(self, owner: str, jobs: Sequence[Job], name: str) -> tuple[int, int]:
        """Let all models of some data forget a person; return how many did, and how many trainings went whole."""
        profiles = trainings = 0
        for job in jobs:
            models = self._store.models.list_all(owner, job.id)
            done = [self._is_forgotten(model, name) for model in models]
            if all(done) and (models or job.is_final):
                for model in models:
                    profiles += self._settle(owner, model, name)
            else:
                self._delete_job(owner, job.id)
                trainings += 1
        return profiles, trainings

    def _is_forgotten(self, model: TrainedModel, name: str) -> bool:
        """Tell whether a model does not know a person any more, or never did."""
        kind = self._inference.answers_of(model)
        if not kind.has_claims:
            return name not in model.labels
        try:
            [told] = self._serving.of_people(self._folder(model), "forget", name)
        except ModelError as error:
            if error.key == "voice_unknown":
                return True
            if error.key not in FOREVER:
                raise
            log.info("model %s cannot forget one person alone: %s", model.id, error)
            return name not in model.labels
        return bool(told["is_forgotten"])

    def _settle(self, owner: str, model: TrainedModel, name: str) -> int:
        """Take a person out of what lies beside a model, and tell the store; return whether anything changed."""
        self._forget_exports(model)
        folder = self._folder(model)
        record = json.loads((folder / RECORD).read_text("utf-8"))
        known = [*record["labels"]]
        if name in known:
            place = known.index(name)
            known.remove(name)
            written = json.dumps(record | {"labels": known}, ensure_ascii=False)
            (folder / RECORD).write_text(written, "utf-8")
            _forget_answers(folder, self._inference.answers_of(model), name, place)
            self._store.models.relabel(owner, model.id, known, new_id())
        for checkpoints in Artifacts(self._settings.home).find(model.job_id, "*/checkpoints"):
            shutil.rmtree(checkpoints, ignore_errors=True)
        return 1

    def _forget_rows(
        self, owner: str, versions: Sequence[Version], rows: set[str], name: str
    ) -> None:
        for version in forget_rows(self._settings, versions, rows, name):
            self._store.datasets.rewrite(owner, version)
        dataset_id = versions[0].dataset_id
        features = self._settings.datasets / dataset_id / FOLDER
        shutil.rmtree(features, ignore_errors=True)  # computed again where they are needed
        sorting = self._store.labels.get(owner, dataset_id)
        if sorting != Labelling():
            self._store.labels.replace(owner, dataset_id, _without(sorting, rows, name))

    def _forget_exports(self, model: TrainedModel) -> None:
        """Delete what was made of a model to take along: it knows other people."""
        shutil.rmtree(self._settings.scratch / "downloads" / model.id, ignore_errors=True)

    def _forget_copies(self) -> None:
        try:
            forget_deleted(self._settings)
        except (OSError, sqlite3.Error, SettingsError):
            log.exception("a person may still be in copies of the database")


def _forget_answers(folder: Path, kind: AnswerType, name: str, place: int) -> None:
    """Take a person's own rows, and the numbers for that person, out of the answers by which a model is measured."""
    file = folder / PREDICTIONS
    table = pq.read_table(file)
    table = table.filter(pc.not_equal(table.column("truth"), name))
    for column in kind.per_label:
        rows = [row[:place] + row[place + 1 :] for row in table.column(column).to_pylist()]
        at = table.column_names.index(column)
        field = table.schema.field(at)
        table = table.set_column(at, field, pa.array(rows, field.type))
    draft = folder / f".{new_id()}.tmp"
    pq.write_table(table, draft, compression="zstd")
    draft.replace(file)


def _without(sorting: Labelling, rows: set[str], name: str) -> Labelling:
    marks = [mark for mark in sorting.marks if mark.row_id not in rows and mark.label != name]
    relabel = {old: new for old, new in sorting.relabel.items() if name not in (old, new)}
    classes = tuple(one for one in sorting.classes if one != name)
    return replace(sorting, classes=classes, marks=tuple(marks), relabel=relabel)
