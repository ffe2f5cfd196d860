"""What a training achieved: its evaluation, its wrong rows, and its model to take along; it never loads a model."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow.parquet as pq

from bigmodel.answers import answer_type, metrics_of
from bigmodel.core.answer import Answer, AnswerType, Tried
from bigmodel.core.datasets.dataset import Split, Version
from bigmodel.core.datasets.inputs import Parts, files_among, in_short
from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import AnsweredRow, Results
from bigmodel.core.task import Medium
from bigmodel.data.ingest.importer import Answers, read_files, read_upload
from bigmodel.data.tables.source import CAME
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import ITEMS, load_rows
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.metrics.sentence import beside_instant
from bigmodel.services.datasets.card import read_card
from bigmodel.services.datasets.import_source import of_folder
from bigmodel.services.results import export, onnx
from bigmodel.services.results.adapter import AdapterKind, adapter_of
from bigmodel.services.results.agreed import with_consent
from bigmodel.services.results.answer_table import open_table
from bigmodel.services.results.evaluation_set import read_evaluation_set
from bigmodel.services.results.predictions import StoredPredictions, read_predictions
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task

Said = tuple[
    str, str, Parts
]  # text of a row, its media name, and its parts where files are among them
Ask = Callable[[str, str, Sequence[str]], list[Answer]]  # owner, model id, texts or paths
MOST_CACHED = 16
MOST_READ = 4  # models whose predictions stay in memory, newest last
MOST_FILED = 10_000
TEXT_CHARACTERS = 2_000  # of a row on the page


class ResultService:
    """Evaluations of trained models, on held-out rows or on a person's file."""

    def __init__(self, settings: Settings, store: Store, ask: Ask) -> None:
        self._settings = settings
        self._store = store
        self._ask = ask
        self._cache: OrderedDict[str, Results] = OrderedDict()
        self._predictions: OrderedDict[str, StoredPredictions] = OrderedDict()  # by model
        self._lock = threading.Lock()

    def models(self, owner: str, job_id: str) -> list[TrainedModel]:
        """Return the models of a job, the kept one first."""
        models = self._store.models.list_all(owner, self._store.jobs.get(owner, job_id).id)
        return sorted(models, key=lambda model: not model.kept)

    def model(self, owner: str, job_id: str, model_id: str = "") -> TrainedModel:
        """Return a model of a job: the one named, else the kept one, else the first that stood.

        Raises:
            NotFoundError: `model_unknown`.
            ModelError: `results_not_ready` (the job still runs) or `results_missing`.
        """
        models = self.models(owner, job_id)
        if model_id:
            chosen = next((model for model in models if model.id == model_id), None)
            if chosen is None:
                raise NotFoundError("model_unknown")
            return chosen
        if models:
            return models[0] if models[0].kept else models[-1]
        job = self._store.jobs.get(owner, job_id)
        raise ModelError("results_missing" if job.is_final else "results_not_ready", name=job.name)

    def results(self, owner: str, job_id: str, model_id: str = "") -> Results:
        """Return the evaluation of a model on rows it never saw."""
        model = self.model(owner, job_id, model_id)
        key = f"{model.id} {model.digest}"
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        results = self._evaluate(owner, model)
        with self._lock:
            self._cache[key] = results
            while len(self._cache) > MOST_CACHED:
                self._cache.popitem(last=False)
        return results

    def wrong(
        self,
        owner: str,
        job_id: str,
        *,
        model_id: str = "",
        truth: str = "",
        answer: str = "",
        limit: int = 20,
        offset: int = 0,
    ) -> tuple[list[AnsweredRow], int]:
        """Return rows that were answered wrong, and how many there are; the surest mistakes come first.

        `truth` and `answer` narrow them down; the same label for both asks for rows answered
        right. Numbers come by their error, largest first, and transcripts by the share of wrong words.
        """
        model = self.model(owner, job_id, model_id)
        kind, answered = self._answered(model)
        order = kind.mistakes(answered.truth, answered.answers, of=truth, said=answer)
        return self._rows(owner, model, answered, order[offset : offset + limit]), len(order)

    def right(
        self, owner: str, job_id: str, *, model_id: str = "", limit: int = 10
    ) -> list[AnsweredRow]:
        """Return rows that were answered right, of every class in turn, or the numbers nearest to the truth."""
        model = self.model(owner, job_id, model_id)
        kind, answered = self._answered(model)
        order = kind.hits(answered.truth, answered.answers)
        return self._rows(owner, model, answered, order[:limit])

    def wrong_file(
        self, owner: str, job_id: str, *, model_id: str = "", truth: str = "", answer: str = ""
    ) -> Path:
        """Return the rows `wrong` finds as a CSV that no spreadsheet runs."""
        rows, _ = self.wrong(
            owner, job_id, model_id=model_id, truth=truth, answer=answer, limit=MOST_FILED
        )
        path = self._settings.scratch / "downloads" / new_id() / "wrong-rows.csv"
        path.parent.mkdir(mode=0o700, parents=True)
        is_text = self._version(owner, self.model(owner, job_id)).recipe.medium == Medium.TEXT
        header = ("text" if is_text else "file", "truth", "answer", "sureness")
        with open_table(path, header) as table:
            for row in rows:
                sureness = "" if row.sureness is None else round(row.sureness, 4)
                table.add((row.text, row.truth, row.answer), (sureness,))
        return path

    def evaluate_file(self, owner: str, job_id: str, path: Path) -> Results:
        """Return the evaluation of the job's model on a person's own table, archive or folder.

        Raises:
            DatasetError: the table cannot be read, has no right answers, or none this model knows.
        """
        model = self.model(owner, job_id)
        version, kind = self._version(owner, model), self.kind(model)
        task = get_task(model.task, self._settings.task_folders)
        target, recipe = target_kind(task.target), version.recipe
        answers = Answers(
            leave_out=True,
            level=recipe.level,
            kind=target.name,
            name_part=recipe.name_part,
            is_repeated=True,
            whole_rows=target.reads_all,
        )
        if path.is_dir():
            upload = read_files(of_folder(path), self._settings, answers=answers)
        else:
            upload = read_upload(path, self._settings, answers=answers)
        try:
            asked = read_evaluation_set(upload, recipe, target, model.labels, task)
            beside = {}
            questions = kind.asked(asked.inputs, asked.truth)
            instant = self._instant(owner, model)
            if instant:
                beside["instant"] = self._ask(owner, instant.id, questions)
            given = self._ask(owner, model.id, questions)
        finally:
            upload.discard()
        learned = self._training(version, "target")
        results = kind.evaluate(Tried(asked.truth, given, model.labels, beside, learned))
        results = self._judged(kind, model, results, asked.truth, given, beside)
        seen = self._seen(version, asked.hashes)
        remarks = [*asked.remarks, *seen, *map(_said_of_file, results.remarks)]
        return replace(results, sentence=_said_of_file(results.sentence), remarks=tuple(remarks))

    def download(
        self, owner: str, model_id: str, sort: export.Sort | Literal["adapter"] = "model"
    ) -> Path:
        """Return a ZIP of a model that works without this app, as a Hugging Face Space, with its network as ONNX, or as an adapter without its base.

        Raises:
            ModelError: `model_files_missing`, `model_without_program`; those of `onnx.written`.
        """
        model = self._store.models.get(owner, model_id)
        version = self._version(owner, model)
        write = (
            export.write_adapter if sort == "adapter" else partial(export.write_package, sort=sort)
        )
        return write(
            self._settings,
            model,
            results=self.results(owner, model.job_id, model.id),
            split_rows=version.summary.split_rows,
            bases=self._store.base_models.list_all(owner),
            data=read_card(self._settings.datasets / version.dataset_id),
        )

    def has_adapter(self, model: TrainedModel) -> bool:
        """Tell whether a model is an adapter on a base, which can be taken along alone."""
        return self._adapter(model) is not None

    def has_onnx(self, model: TrainedModel) -> bool:
        """Tell whether a model is a network that can be taken along as ONNX."""
        is_offered = onnx.has_onnx(get_task(model.task, self._settings.task_folders), model)
        adapter = self._adapter(model) if is_offered else None
        return is_offered and (adapter is None or adapter.is_network)

    def _adapter(self, model: TrainedModel) -> AdapterKind | None:
        return adapter_of(Artifacts(self._settings.home).path(model.folder))

    def _evaluate(self, owner: str, model: TrainedModel) -> Results:
        kind, answered = self._answered(model)
        beside = {}
        instant = self._instant(owner, model)
        if instant:
            other = self._answered(instant)[1].on(answered.row_ids)
            if other is not None:
                beside["instant"] = other.answers
        learned = self._training(self._version(owner, model), "target")
        tried = Tried(
            answered.truth, answered.answers, model.labels, beside, learned, answered.is_folded
        )
        found = kind.evaluate(tried)
        judged = self._judged(kind, model, found, answered.truth, answered.answers, beside)
        return with_consent(judged, Artifacts(self._settings.home).path(model.folder))

    def _judged(
        self,
        kind: AnswerType,
        model: TrainedModel,
        found: Results,
        truth: Sequence[str],
        answers: Sequence[Answer],
        beside: Mapping[str, Sequence[Answer]],
    ) -> Results:
        """Return an evaluation that begins with whether the model is better than the simple one by more than chance."""
        metrics = metrics_of(get_task(model.task, self._settings.task_folders))
        found = replace(found, metrics=metrics)
        if truth and (simple := beside.get("instant")):
            with suppress(ModelError):  # of measures that cannot be compared
                paired = kind.compare(truth, answers, simple)
                verdict = beside_instant(paired, metrics)
                ahead = {one.measure: one.difference for one in paired.measures}
                return replace(found, remarks=(*verdict, *found.remarks), ahead=ahead)
        return found

    def _answered(self, model: TrainedModel) -> tuple[AnswerType, StoredPredictions]:
        """Return the type of a model's answers, and those to its test rows."""
        kind, key = self.kind(model), f"{model.id} {model.digest}"
        with self._lock:
            found = self._predictions.get(key)
        if found is None:
            folder = Artifacts(self._settings.home).path(model.folder)
            found = read_predictions(folder, kind, model.labels)
            with self._lock:
                self._predictions[key] = found
                while len(self._predictions) > MOST_READ:
                    self._predictions.popitem(last=False)
        return kind, found

    def _rows(
        self, owner: str, model: TrainedModel, found: StoredPredictions, places: Sequence[int]
    ) -> list[AnsweredRow]:
        """Return test rows with what the model answers."""
        kind = self.kind(model)
        said = self._said(owner, model, [found.row_ids[place] for place in places])

        def row(place: int) -> AnsweredRow:
            row_id, truth, answer = found.row_ids[place], found.truth[place], found.answers[place]
            text, media, parts = said.get(row_id, ("", "", ()))
            return AnsweredRow(
                row_id,
                text,
                kind.said(truth),
                answer.text,
                answer.certainty,
                media,
                parts,
                kind.edits(truth, answer),
                kind.mark(text, truth, answer),
            )

        return [row(place) for place in places]

    def _instant(self, owner: str, model: TrainedModel) -> TrainedModel | None:
        """Return the instant model of the same job, unless it is this one."""
        models = self._store.models.list_all(owner, model.job_id)
        return next((m for m in models if m.kind == "instant" and m.id != model.id), None)

    def kind(self, model: TrainedModel) -> AnswerType:
        """Return the type of a model's answers."""
        return answer_type(get_task(model.task, self._settings.task_folders))

    def _version(self, owner: str, model: TrainedModel) -> Version:
        job = self._store.jobs.get(owner, model.job_id)
        return self._store.datasets.version(owner, job.dataset_id, job.dataset_version)

    def _training(self, version: Version, column: str) -> list[str]:
        """Return one column of the training rows."""
        items = self._settings.home / version.folder / ITEMS
        table = pq.read_table(items, columns=[column], filters=[("split", "=", Split.TRAIN)])
        values: list[str] = table.column(column).to_pylist()
        return values

    def _said(self, owner: str, model: TrainedModel, row_ids: Sequence[str]) -> dict[str, Said]:
        """Return what each row said: its text and what files are among it, or the file name and the media name of its recording."""
        if not row_ids:
            return {}
        version = self._version(owner, model)
        rows = load_rows(self._settings.home / version.folder, row_ids)
        columns = zip(rows["row_id"], rows["input"], rows["name"], strict=True)
        if version.recipe.medium == Medium.TEXT:
            names = version.recipe.inputs
            return {
                row_id: (in_short(text)[:TEXT_CHARACTERS], "", files_among(text, names))
                for row_id, text, _ in columns
            }
        return {row_id: (name, media, ()) for row_id, media, name in columns}

    def _seen(self, version: Version, hashes: Sequence[str]) -> tuple[Message, ...]:
        """Return a remark when the model learned from rows of the file."""
        learned = set(self._training(version, "content_hash"))
        if (
            version.recipe.medium != Medium.TEXT and version.recipe.cleaning
        ):  # those of the files that came
            learned |= {Path(came).stem for came in self._training(version, CAME) if came}
        count = sum(each in learned for each in hashes)
        return (Message("results.remarks.seen", {"count": count}, "warning"),) if count else ()


def _said_of_file(message: Message) -> Message:
    """Return a remark on held-out rows in the words for a person's own file."""
    is_of_rows = message.key.startswith("results.sentence.") or message.key.endswith(".few_rows")
    return replace(message, key=f"{message.key}_file") if is_of_rows else message
