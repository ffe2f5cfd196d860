"""What one attempt does: the instant model first, then the fine-tuned one, each measured; it keeps the better.

The choice is made on validation rows (`choice`); numbers of test rows are only told. A model is announced when its folder is complete, on disk and renamed, never before.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from bigmodel.answers import answer_type, metrics_of
from bigmodel.core.answer import AnswerType
from bigmodel.core.datasets.dataset import Split, TaskData
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.events import Kind
from bigmodel.core.ids import new_id
from bigmodel.core.metric import metric
from bigmodel.core.model import TrainedModel
from bigmodel.core.target import TargetKind
from bigmodel.core.task import (
    INSTANT,
    Engine,
    HasBaseline,
    Medium,
    Params,
    Predictor,
    Task,
)
from bigmodel.data import consents
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_task_data
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker import evaluation, seal
from bigmodel.jobs.worker.broken_files import find_broken
from bigmodel.jobs.worker.choice import Held, choose
from bigmodel.jobs.worker.cross_validation import Train, fold_answers
from bigmodel.jobs.worker.evaluation import Answers
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.ood.vocabulary_coverage import unknown_share

READ_ROWS = 300  # texts on which the share of unknown pieces is measured
UNREADABLE_SHARE = 0.5
VOCABULARIES = ("tokenizer.json", "vocab.txt")  # in which that can be looked up without the model


@dataclass(frozen=True)
class Work:
    """All that the steps of an attempt need."""

    attempt: Attempt
    folder: Path
    home: Path
    task: Task
    kind: AnswerType
    target: TargetKind
    engine: Engine
    params: Params
    data: TaskData
    reporter: WorkerReporter
    consent: Path | None = None  # of who speaks in the rows, where the task makes a voice of them

    @property
    def models(self) -> Path:
        return self.folder / "models"


def run_attempt(folder: Path, settings: Settings, reporter: WorkerReporter) -> None:
    """Train and measure what the attempt in this folder asks for, and announce the models.

    Raises:
        StopRequested: somebody cancelled or paused; models announced before stay.
        PersonError: something a person can mend.
    """
    work = _prepare(folder, settings, reporter)
    try:
        _train(work)
    except (DatasetError, FileNotFoundError) as error:
        folder = work.home / work.attempt.dataset
        broken = find_broken(work.task.medium, work.data, folder, are_targets=work.target.is_turned)
        if broken is None:
            raise
        raise broken from error


def _train(work: Work) -> None:
    reporter = work.reporter
    engine = work.engine
    first = _instant(work, engine) if isinstance(engine, HasBaseline) else None
    if work.params.base == INSTANT and first:
        return
    if len(work.data.validation) == 0:
        if first is None:  # nothing would be left to measure it on
            raise TrainingError("too_few_to_hold_out", rows=len(work.data.train))
        reporter.note("jobs.notes.too_few_to_tune", "warning", rows=len(work.data.train))
        return
    _require_readable(work)
    second = _tuned(work)
    if first is None or work.task.primary not in second.metrics.get(Split.VALIDATION, {}):
        _announce(second, work, kept=True)
    else:
        _choose(work, first, second)


def _prepare(folder: Path, settings: Settings, reporter: WorkerReporter) -> Work:
    attempt = attempt_folder.read_attempt(folder)
    reporter.phase("prepare")
    task = get_task(attempt.task, settings.task_folders)
    params = task.params.model_validate(dict(attempt.params))
    kind = answer_type(task)
    target = target_kind(task.target)
    consent = consent_to(task, settings.home / attempt.dataset)
    data = load_task_data(settings.home / attempt.dataset, target)
    shutil.rmtree(folder / "models", ignore_errors=True)
    (folder / "models").mkdir()
    engine = load_engine(task)
    return Work(
        attempt, folder, settings.home, task, kind, target, engine, params, data, reporter, consent
    )


def consent_to(task: Task, version: Path) -> Path | None:
    """Return where the consent to a training lies, None where the task needs none: the last door, whoever opened the others.

    Raises:
        TrainingError: `consent_missing`.
    """
    if not task.asks_consent:
        return None
    if (place := consents.find(version)) is None:
        raise TrainingError("consent_missing")
    return place


def _instant(work: Work, engine: HasBaseline) -> TrainedModel:
    """Train, evaluate and announce the baseline."""

    def train(folder: Path) -> None:
        engine.train_instant(work.data, work.params, folder, work.reporter)

    def fold(part: TaskData) -> Predictor:
        with tempfile.TemporaryDirectory(dir=work.folder) as place:
            engine.train_instant(part, work.params, Path(place), work.reporter)
            return work.engine.load(Path(place))

    is_folded = len(work.data.validation) == 0 and len(work.data.test) == 0
    measure = partial(_measure_folded, train=fold) if is_folded else _measure
    return _announce(_make(work, "instant", train, measure, is_folded=is_folded), work, kept=True)


def _require_readable(work: Work) -> None:
    """Refuse to fine-tune a model that knows hardly a piece of the text.

    Raises:
        TrainingError: `text_not_readable`.
    """
    folder = work.attempt.base["folder"]
    if folder is None or work.task.medium != Medium.TEXT:
        return
    if not any((Path(folder) / name).is_file() for name in VOCABULARIES):
        return
    step = max(1, len(work.data.train) // READ_ROWS)
    share = unknown_share(Path(folder), work.data.train.inputs[::step])
    if share > UNREADABLE_SHARE:
        raise TrainingError("text_not_readable", percent=round(100 * share), base=work.params.base)


def _tuned(work: Work) -> TrainedModel:
    """Fine-tune and measure, and leave the announcement to the choice."""
    files = work.attempt.base_files

    def train(folder: Path) -> None:
        work.engine.train(work.data, work.params, files, folder, work.reporter)

    return _make(work, "tuned", train, _measure, is_folded=False)


def _make(
    work: Work,
    kind: Literal["instant", "tuned"],
    train: Callable[[Path], None],
    measure: Callable[[Work, Path], Answers],
    *,
    is_folded: bool,
) -> TrainedModel:
    draft = work.models / f".tmp-{kind}"
    draft.mkdir()
    train(draft)
    if work.consent:
        consents.carry(work.consent, draft)
    work.reporter.phase("measure")
    began = work.reporter.spent_s
    answers = measure(work, draft)
    work.reporter.measured_s = work.reporter.spent_s - began
    answers.write(draft)
    base = INSTANT if kind == "instant" else work.params.base
    card = {
        "v": 1,
        "task": work.task.name,
        "kind": kind,
        "base": base,
        "labels": list(work.data.labels),
        "family": work.kind.family or work.kind.name,
        "is_folded": is_folded,
        "cleaning": work.attempt.cleaning,
    }
    evaluation.write_card(draft, card)
    final = work.models / kind
    digest = seal.seal(draft, final)
    return TrainedModel(
        id=new_id(),
        kind=kind,
        task=work.task.name,
        base=base,
        folder=final.relative_to(work.home).as_posix(),
        digest=digest,
        size_mb=round(seal.size_mb(final), 3),
        labels=work.data.labels,
        metrics=answers.metrics,
    )


def _measure(work: Work, folder: Path) -> Answers:
    predictor = work.engine.load(folder)
    return evaluation.measure(work.kind, predictor, work.data, work.reporter.check)


def _measure_folded(work: Work, folder: Path, *, train: Train) -> Answers:  # noqa: ARG001 - other models are measured
    """Measure the instant kind by folds; the model itself learned from all rows."""
    check, answers = work.reporter.check, Answers(work.kind)
    answered = fold_answers(work.kind, work.target, work.data, train, work.params.seed, check)
    answers.add(work.data.labels, Split.TEST, *answered)
    return answers


def _choose(work: Work, first: TrainedModel, second: TrainedModel) -> None:
    """Announce the fine-tuned model, say which of the two is kept and why."""
    name, base = work.task.primary, work.attempt.base
    called = metric(name, metrics_of(work.task)).called
    truth, before = _held(work, first)
    _, after = _held(work, second)
    is_pretrained = base["folder"] is not None
    choice = choose(work.task, truth, before, after, is_pretrained=is_pretrained)
    _announce(second, work, kept=choice.keeps_tuned)
    kept = "tuned" if choice.keeps_tuned else "instant"
    if choice.is_unmeasured:
        work.reporter.note("jobs.notes.instant_kept_unmeasured", "warning", metric=called)
        return
    near = "_short" if choice.is_short else "_near" if choice.is_near else ""
    of_features = "_over_features" if base["kind"] == "features" else ""
    key = f"jobs.notes.{kept}_kept{near}{of_features}"
    was, now = (round(held.measures[name], 4) for held in (before, after))
    work.reporter.note(key, metric=called, before=was, after=now, needed=work.task.must_reach)
    if Split.TEST in second.metrics and Split.TEST in first.metrics:
        tested = [model.metrics[Split.TEST][name] for model in (first, second)]
        work.reporter.note(
            "jobs.notes.test_difference",
            metric=called,
            before=round(tested[0], 4),
            after=round(tested[1], 4),
            difference=f"{tested[1] - tested[0]:+.4f}",
        )


def _held(work: Work, model: TrainedModel) -> tuple[list[str], Held]:
    """Return the truths of the validation rows, and what a model achieves on them."""
    part = Split.VALIDATION
    place = Artifacts(work.home).path(model.folder)
    truth, answers = evaluation.read(place, work.kind, part, tuple(model.labels))
    return truth, Held(answers, model.metrics[part])


def _announce(model: TrainedModel, work: Work, *, kept: bool) -> TrainedModel:
    told = replace(model, kept=kept)
    record = told.to_json()
    del record["labels"]  # there may be very many; they stand in model.json
    work.reporter.emit(Kind.RESULT, record, force=True)
    return told
