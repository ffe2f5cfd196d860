"""Trying a trained model: texts and media files in, answers out, one by one or many; it never loads a model itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat
from pathlib import Path

from bigmodel.answers import answer_type, metrics_of
from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.callbacks import OnCount, Tell
from bigmodel.core.datasets.dataset import Split, Version
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.ids import is_id
from bigmodel.core.job import Job
from bigmodel.core.metric import Metric, metric
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import Task
from bigmodel.data.ingest.given_table import table_of
from bigmodel.data.ingest.importer import read_upload
from bigmodel.data.writeback.documents.reword import is_document, reword
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.services.inference.answered import MEMORY, STRANGE, Answered, Look, Source, is_strange
from bigmodel.services.inference.batch_files import NamedFile, answer_each, write_answers
from bigmodel.services.inference.batch_table import (
    Asker,
    Said,
    answers_for,
    columns_and_rows,
    write_table,
)
from bigmodel.services.inference.downloads import fresh_download, written
from bigmodel.services.inference.example_rows import (
    MediaRow,
    TextRow,
    example_media,
    example_texts,
    items_of,
    media_rows,
    text_rows,
)
from bigmodel.services.inference.given_rows import GivenRows
from bigmodel.services.inference.growing import Dials, parts_of_growing
from bigmodel.services.inference.model_summary import about_model
from bigmodel.services.inference.summary import AnsweredTable, PredictionSummary
from bigmodel.services.inference.uploads import DemoUploads
from bigmodel.services.people.limits import Limits
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import find_tasks, get_task, most_inputs

__all__ = [
    "STRANGE",
    "Answered",
    "AnsweredTable",
    "InferenceService",
    "Look",
    "MediaRow",
    "NamedFile",
    "Source",
    "TextRow",
    "written",
]

NEAREST = 3  # training rows shown beside an answer


class InferenceService:
    """Answers of trained models. A model is named by its id, or by its job's id, meaning the kept one."""

    def __init__(
        self, settings: Settings, store: Store, serving: Serving, limits: Limits | None = None
    ) -> None:
        self._settings = settings
        self._store = store
        self._serving = serving
        self.uploads = DemoUploads(settings, limits)
        self.rows = GivenRows(settings, self._behind)
        self.dials = Dials(settings)

    def models(self, owner: str, demo: str = "") -> list[TrainedModel]:
        """Return all models, or those of one kind of demo: newest first, kept ones before the others of their job."""
        tasks = self._tasks(demo)
        models = [model for model in self._store.models.list_all(owner) if model.task in tasks]
        newest = {
            job_id: place for place, job_id in enumerate(dict.fromkeys(m.job_id for m in models))
        }
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
            return self._store.models.get(owner, model_or_job)
        except NotFoundError:
            job = self._job(owner, model_or_job)
        models = self._store.models.list_all(owner, job.id)
        if models:
            return next((model for model in models if model.kept), models[-1])
        raise ModelError("job_without_model" if job.is_final else "model_not_ready", name=job.name)

    def kind(self, owner: str, model_or_job: str) -> str:
        """Return the kind of demo (text, image, voice) that tries a model or a job's models.

        Raises:
            NotFoundError: `model_unknown`, or `task_unknown` where the task has gone.
        """
        if not is_id(model_or_job):
            raise NotFoundError("model_unknown")
        try:
            name = self._store.models.get(owner, model_or_job).task
        except NotFoundError:
            name = self._job(owner, model_or_job).task
        return self._task(name).demo

    def answers_of(self, model: TrainedModel) -> AnswerType:
        """Return the type of a model's answers."""
        return answer_type(self._task(model.task))

    def primary(self, model: TrainedModel) -> Metric:
        """Return the measure that chooses between models of a task."""
        task = self._task(model.task)
        return metric(task.primary, metrics_of(task))

    def inputs_of(self, model: TrainedModel) -> tuple[str, ...]:
        """Return the names of what a model reads of a row: their words stand at `tasks.<task>.inputs`."""
        return self._task(model.task).inputs

    def most_inputs(self) -> int:
        """Return how many columns of a row some task reads at most."""
        return most_inputs(self._settings.task_folders)

    def is_settled(self, owner: str, job_id: str) -> bool:
        """Return whether no better model can come from a job any more."""
        return self._job(owner, job_id).is_final

    def warm(self, owner: str, model_or_job: str) -> None:
        """Start loading a model, so that the first answer comes at once."""
        self._serving.warm(self._folder(self.resolve(owner, model_or_job)))

    def look_texts(self, owner: str, model_or_job: str, texts: Sequence[str]) -> list[Answered]:
        """Return the answer to each text, and what else the model can say of it.

        Raises:
            ModelError: `inputs_missing`, where the task reads several texts (`core/datasets/inputs`) and not all are given.
        """
        model = self.resolve(owner, model_or_job)
        kind = self.answers_of(model)
        self._require_parts(model, texts)
        found = self._serving.looks(self._folder(model), texts)
        return [Answered(kind, kind.decode(row, model.labels), said) for row, said in found]

    def grow(
        self, owner: str, model_or_job: str, text: str, dials: Mapping[str, float] | None = None
    ) -> Iterator[Answered]:
        """Yield the answer to a text as far as it has come, by the dials of its type; the last one is whole.

        Whoever stops asking for more ends it after the part at hand.
        """
        model = self.resolve(owner, model_or_job)
        kind, folder = self.answers_of(model), self._folder(model)
        self._require_parts(model, [text])
        known = {dial.name: dial for dial in self.dials.of(model)} if dials else {}
        turned = {n: known[n].within(v) for n, v in (dials or {}).items() if n in known}
        ask = partial(self._serving.grow, folder, text, dials=turned)
        for record in parts_of_growing(ask):
            yield Answered(kind, kind.decode(record, model.labels))

    def talks(self, owner: str, model: TrainedModel) -> bool:
        """Tell whether a model learned from conversations: it answers turn by turn."""
        if not self._task(model.task).has_turns:
            return False
        version = self._version(owner, model)
        items = items_of(self._settings.home / version.folder)
        return any(map(turns_of, example_texts(items, _unseen(version), 1)))

    def _require_parts(self, model: TrainedModel, texts: Sequence[str]) -> None:
        inputs = self._task(model.task).inputs
        if len(inputs) > 1 and not all(
            len(parts := parts_of(text)) == len(inputs) and all(parts) for text in texts
        ):
            raise ModelError("inputs_missing", inputs=len(inputs))

    def near_texts(self, owner: str, model_or_job: str, answer: Answered) -> list[TextRow]:
        """Return the training rows that a text is nearest to; none where they are gone."""
        near = [row_id for row_id, _ in answer.said.nearest[:NEAREST]]
        if not near:
            return []
        _, folder = self._learned_from(owner, self.resolve(owner, model_or_job))
        return text_rows(folder, near) if items_of(folder).is_file() else []

    def answers(
        self, owner: str, model_or_job: str, inputs: Sequence[str], progress: OnCount | None = None
    ) -> list[Answer]:
        """Return the answer to each text or path; a blank one to what cannot be read, where its type has one."""
        model = self.resolve(owner, model_or_job)
        kind = self.answers_of(model)
        blank = kind.blank()
        if blank is None:
            rows = self._serving.answers(self._folder(model), inputs, progress)
            return [kind.decode(row, model.labels) for row in rows]
        files = (NamedFile(path, Path(path)) for path in inputs)
        found: list[Answer] = []
        for one in answer_each(files, partial(self._ask, model), kind):
            found.append(blank if one.answer is None else one.answer)
            if progress:
                progress(len(found), len(inputs))
        return found

    def look(self, owner: str, model_or_job: str, path: Path) -> Look:
        """Return the answer to one picture or recording, with the training rows it is nearest to.

        Raises:
            ModelError: the file or the model cannot be read; the key says which, and why.
        """
        model = self.resolve(owner, model_or_job)
        answer = self._ask(model, NamedFile(path.name, path))
        near = [row_id for row_id, _ in answer.said.nearest[:NEAREST]]
        if not near:
            return Look(answer)
        rows = media_rows(*self._learned_from(owner, model), near)
        return Look(answer, tuple(rows[row_id] for row_id in near if row_id in rows))

    def answer_files(
        self,
        owner: str,
        model_or_job: str,
        files: Sequence[NamedFile],
        out: Path,
        say: Tell,
        progress: OnCount | None = None,
    ) -> list[Answered]:
        """Answer many pictures or recordings and write one line each to `out` (.xlsx, .tsv, else .csv).

        Raises:
            DatasetError: `table_not_written`.
            ModelError: the model cannot be loaded.
        """
        model = self.resolve(owner, model_or_job)
        answers: list[Answered] = []
        kind = self.answers_of(model)

        def told() -> Iterator[Answered]:
            for answer in answer_each(files, partial(self._ask, model), kind):
                answers.append(answer)
                yield answer
                if progress:
                    progress(len(answers), len(files))

        with written(out):
            write_answers(told(), out, say, kind, model.labels)
        return answers

    def predict_file(
        self,
        owner: str,
        model_or_job: str,
        path: Path,
        out: Path | None,
        say: Tell,
        progress: OnCount | None = None,
    ) -> AnsweredTable:
        """Answer every row of a table and write the same table to `out` (.xlsx, .xlsm, .tsv, else .csv).

        All stays as it was; two columns are added (one for numbers), and to a workbook a sheet that sums
        them up. A row without text gets no answer. Without `out` it goes where the page may offer it.
        Of a document, a model that says texts in other words gives back the document.

        Raises:
            DatasetError: the table cannot be read, or `table_not_written`.
        """
        model = self.resolve(owner, model_or_job)
        task, version = self._behind(owner, model.id)
        if self.answers_of(model).rewords and is_document(path, out):
            place = out or self.download(f"{path.stem}-answers{path.suffix.lower()}")
            return self._reworded(owner, model, path, place, progress)
        upload = read_upload(path, self._settings, answers=answers_for(task))
        try:
            table, recipe = table_of(upload, path), version.recipe
            columns, rows = columns_and_rows(upload, recipe, task)
            place = out or self.download(f"{table.stem}-answers{table.ending}")
            asker = self.asker(model)
            with written(place):
                made = write_table(self._settings, table, rows, place, asker, say, progress)
            return replace(made, guessed="" if columns[0] in recipe.inputs else columns[0])
        finally:
            upload.discard()

    def _reworded(
        self, owner: str, model: TrainedModel, path: Path, out: Path, progress: OnCount | None
    ) -> AnsweredTable:
        kind = self.answers_of(model)

        def say(texts: Sequence[str]) -> list[str]:
            return [str(kind.cells(answer)[0]) for answer in self.answers(owner, model.id, texts)]

        with written(out):
            told = reword(self._settings, path, out, say, progress or (lambda *_: None))
        tally = PredictionSummary(told.passages, told.empty, is_document=True)
        return AnsweredTable(out, tally, encoding=told.encoding)

    def asker(self, model: TrainedModel) -> Asker:
        """Return a model as one that is asked about the rows of a table."""
        folder, kind = self._folder(model), self.answers_of(model)
        tells = kind.detects_strangers and (folder / MEMORY).is_file()
        replies = self._serving.replies

        def ask(texts: Sequence[str]) -> Iterator[Said]:
            for reply in replies(folder, texts, "explanations" if tells else "answers"):
                odd = map(is_strange, reply.explanations) if tells else repeat(None)
                rows = (kind.decode(row, model.labels) for row in reply.answers)
                yield from zip(rows, odd, strict=False)  # without end where it tells nothing

        return Asker(kind, model.labels, ask, about_model(model, folder, kind), tells)

    def examples(self, owner: str, model_or_job: str, count: int = 6) -> list[str]:
        """Return short texts that the model never learned from, of every class in turn."""
        model = self.resolve(owner, model_or_job)
        version, folder = self._learned_from(owner, model)
        texts = example_texts(items_of(folder), _unseen(version), count)
        return list(map(self.answers_of(model).opening, texts))

    def example_files(self, owner: str, model_or_job: str, count: int = 6) -> list[MediaRow]:
        """Return media rows that the model never learned from, of every class in turn."""
        version, folder = self._learned_from(owner, self.resolve(owner, model_or_job))
        return example_media(version, items_of(folder), _unseen(version), count)

    def media_of(self, owner: str, model_or_job: str, row_id: str) -> tuple[MediaRow, Path]:
        """Return a row of the dataset behind a model, and its file.

        Raises:
            NotFoundError: `row_unknown`.
        """
        version, folder = self._learned_from(owner, self.resolve(owner, model_or_job))
        rows = media_rows(version, folder, [row_id])
        if row_id not in rows:
            raise NotFoundError("row_unknown")
        return rows[row_id], folder.parent / "media" / rows[row_id].file

    def download(self, name: str) -> Path:
        """Return a fresh path of this name where the page may offer a file."""
        return fresh_download(self._settings, name)

    def source(self, owner: str, model: TrainedModel) -> Source:
        """Return what a model learned from, and on how many rows it was tried."""
        version = self._version(owner, model)
        name = self._store.datasets.get(owner, version.dataset_id).name
        return Source(name, version.summary.split_rows.get(Split.TEST, 0))

    def _job(self, owner: str, job_id: str) -> Job:
        try:
            return self._store.jobs.get(owner, job_id)
        except NotFoundError:
            raise NotFoundError("model_unknown") from None

    def _behind(self, owner: str, model_or_job: str) -> tuple[Task, Version]:
        """Return the task of a model, and the version that it learned from."""
        model = self.resolve(owner, model_or_job)
        return self._task(model.task), self._version(owner, model)

    def _task(self, name: str) -> Task:
        return get_task(name, self._settings.task_folders)

    def _tasks(self, demo: str) -> set[str]:
        tasks = find_tasks(self._settings.task_folders)
        return {name for name, task in tasks.items() if demo in ("", task.demo)}

    def _version(self, owner: str, model: TrainedModel) -> Version:
        job = self._store.jobs.get(owner, model.job_id)
        return self._store.datasets.version(owner, job.dataset_id, job.dataset_version)

    def _learned_from(self, owner: str, model: TrainedModel) -> tuple[Version, Path]:
        version = self._version(owner, model)
        return version, self._settings.home / version.folder

    def _ask(self, model: TrainedModel, file: NamedFile) -> Answered:
        """Return the answer to a file; one that grows is waited for part by part, however long the whole takes."""
        kind, folder = self.answers_of(model), self._folder(model)
        if kind.grows:
            row = self._serving.grow(folder, str(file.path), lambda _part: True)
            return Answered(kind, kind.decode(row, model.labels), name=file.name)
        [(row, said)] = self._serving.looks(folder, [str(file.path)])
        return Answered(kind, kind.decode(row, model.labels), said, file.name)

    def _folder(self, model: TrainedModel) -> Path:
        return Artifacts(self._settings.home).path(model.folder)


def _unseen(version: Version) -> Split:
    """Return the split that a model did not learn from, where some rows were held back at all."""
    return Split.TEST if version.summary.split_rows.get(Split.TEST) else Split.TRAIN
