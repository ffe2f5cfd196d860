"""Times a few real steps of a training that somebody may start; it is no job, and leaves nothing behind but figures.

Run by `services.timing`: `python -m bigmodel.jobs.profile FOLDER`, where FOLDER holds an `attempt.json`.
The figures go to `measured.json` beside it. The engines do not know: they train with a time limit of seconds.
"""

import importlib
import logging
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bigmodel import tasks
from bigmodel.answers import answer_type
from bigmodel.core.answer import AnswerType
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.errors import PersonError
from bigmodel.core.message import Message
from bigmodel.core.task import (
    INSTANT,
    Engine,
    HasBaseline,
    Medium,
    Params,
    Predictor,
    StopRequested,
    Task,
)
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_task_data
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.platform.process import limit_worker, peak_mb
from bigmodel.jobs.worker.attempt import consent_to
from bigmodel.jobs.worker.seal import size_mb
from bigmodel.jobs.worker.stopwatch import Stopwatch
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.loop.budget import rows_after

log = logging.getLogger(__name__)

MEASURED = "measured.json"
LIMIT_S = 20.0  # by its own watch, from when the libraries are loaded
STEPS_S = 9  # of timed steps and of what follows them
LOOKED_ROWS = 128  # held-out rows that are looked at; the rest is in proportion
INSTANT_ROWS = 500  # that the instant model is timed on
INSTANT_TEXTS = (
    2_000  # texts are read quickly, and few of them take more turns to learn what is usual
)
ANSWERED_ROWS = 48
DEARER_ROWS = 3  # of those that are asked more of
OUTLIER = 2.5  # times the middle step
FORWARD_SHARE = 0.35  # of a training step: reading a batch without learning from it
WARM = "bigmodel.jobs.warm"  # imported by name in the child only: it knows what a warm process has loaded


@dataclass(frozen=True)
class Measured:
    """What was timed, in seconds of this machine; `error` is what went wrong, if anything did.

    `steps` and `epochs` are of the whole training as it was asked for, `check_s` of one look at all
    held-out rows. `used_s` is the processor time of a step, of all cores together.
    """

    import_s: float = 0.0
    load_s: float = 0.0
    step_s: float = 0.0
    spread: float = 1.0
    counted: int = 0
    used_s: float = 0.0
    threads: int = 1
    steps: int = 0
    epochs: int = 1
    check_s: float = 0.0
    instant_s: float = 0.0
    answer_s: float = 0.0  # measuring the finished models
    save_s: float = 0.0
    memory_mb: float = 0.0
    gpu_mb: float = 0.0
    model_mb: float = 0.0
    is_busy: bool = False
    error: Message | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"error": self.error.to_json() if self.error else None}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Measured":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        return cls(
            **known | {"error": Message.from_json(value["error"]) if value.get("error") else None}
        )


def measure(folder: Path, settings: Settings, limit_s: float = LIMIT_S) -> Measured:
    """Time the training that the attempt in this folder describes.

    Raises:
        PersonError: the training would fail for a reason that a person can mend.
    """
    attempt = attempt_folder.read_attempt(folder)
    task = get_task(attempt.task, settings.task_folders)
    consent_to(task, settings.home / attempt.dataset)  # timing it trains it
    engine = load_engine(task)
    began = time.monotonic()
    is_ours = task.folder.is_relative_to(Path(tasks.__file__).parent)
    if is_ours and attempt.params.get("base") != INSTANT:
        warm = importlib.import_module(WARM)
        for name in (
            *warm.LIGHT,
            *warm.LIGHT_TEXT,
            *warm.HEAVY,
        ):  # timed apart: often there already
            importlib.import_module(name)
    imported = time.monotonic()
    until = imported + limit_s
    data = load_task_data(settings.home / attempt.dataset, target_kind(task.target))
    params = task.params.model_validate(dict(attempt.params))
    found = Measured(
        import_s=imported - began, load_s=time.monotonic() - imported, threads=attempt.threads
    )
    if params.base != INSTANT and len(data.validation):
        found = _tuned(found, engine, data, params, attempt, task, folder=folder, until=until)
    return _instant(found, engine, data, params, task, folder=folder, until=until + 5.0)


def _tuned(
    found: Measured,
    engine: Engine,
    data: TaskData,
    params: Params,
    attempt: Attempt,
    task: Task,
    *,
    folder: Path,
    until: float,
) -> Measured:
    """Train for a few seconds, and look at some rows with what came out."""
    place = folder / "tuned"
    place.mkdir()
    watch = Stopwatch(until)
    held = _some(data.validation, LOOKED_ROWS)
    short = params.model_copy(update={"budget_s": STEPS_S})
    files = attempt.base_files
    began, used = time.monotonic(), time.process_time()
    is_whole = True
    try:
        engine.train(replace(data, validation=held), short, files, place, watch)
    except StopRequested:
        is_whole = False
    ended = time.monotonic()
    if not watch.spans:  # it took no step: a base that is used as it is, or one too slow to tell
        found = replace(found, load_s=found.load_s + ended - began, memory_mb=peak_mb())
        if is_whole:
            found = replace(_finished(found, engine, place, data, task), counted=ANSWERED_ROWS)
        return found
    found = _stepped(found, watch, data, len(held), _rows_a_step(params), began=began)
    wall = max(1e-9, watch.last_step_at - began)
    share = (time.process_time() - used) / max(wall, ended - began)
    found = replace(found, used_s=found.step_s * share)
    if not is_whole:
        after = _held_out(data) + rows_after(len(data.train), len(data.validation))
        return replace(found, answer_s=FORWARD_SHARE * found.step_s / _rows_a_step(params) * after)
    save_s = max(0.0, ended - watch.last_step_at - (watch.looks[-1] if watch.looks else 0.0))
    return replace(_finished(found, engine, place, data, task), save_s=save_s)


def _stepped(
    found: Measured, watch: Stopwatch, data: TaskData, held: int, rows: int, *, began: float
) -> Measured:
    """Return the figures with those of the steps that were taken, and of looks at `held` validation rows."""
    step_s = _step_s(watch.spans)
    look_s = min(watch.looks) if watch.looks else FORWARD_SHARE * step_s * held / rows
    return replace(
        found,
        load_s=found.load_s + watch.first_step_at - began - step_s,
        step_s=step_s,
        spread=watch.spread,
        counted=len(watch.spans),
        steps=watch.steps,
        epochs=max(1, watch.epochs),
        check_s=look_s * len(data.validation) / max(1, held),
        memory_mb=peak_mb(),
        gpu_mb=_gpu_mb(),
    )


def _rows_a_step(params: Params) -> int:
    return int(getattr(params, "batch_size", 16)) * int(getattr(params, "accumulation", 1))


def _finished(found: Measured, engine: Engine, place: Path, data: TaskData, task: Task) -> Measured:
    """Return the figures with those of a model that is there."""
    answer_s = _answer_s(engine, place, data, answer_type(task))
    return replace(found, answer_s=answer_s, model_mb=size_mb(place))


def _step_s(spans: Sequence[float]) -> float:
    """Return how long a step takes; where something else had the processor meanwhile, that counts little."""
    most = OUTLIER * statistics.median(spans)
    return statistics.fmean(min(span, most) for span in spans)


def _instant(
    found: Measured,
    engine: Engine,
    data: TaskData,
    params: Params,
    task: Task,
    *,
    folder: Path,
    until: float,
) -> Measured:
    """Train the instant model on some rows; all of them take in proportion longer."""
    if time.monotonic() > until or not isinstance(engine, HasBaseline):
        return found
    place = folder / "instant"
    place.mkdir()
    most = INSTANT_TEXTS if task.medium == Medium.TEXT else INSTANT_ROWS
    part = _some(data.train, most)
    labels = target_kind(task.target).labels_of(part.targets)
    fewer = TaskData(part, _some(data.validation, most), Rows(), labels, data.extra)
    began = time.monotonic()
    try:
        engine.train_instant(fewer, params, place, Stopwatch(until))
    except StopRequested:
        return found
    times = len(data.train) / max(1, len(part))
    spent = (time.monotonic() - began) * times
    answered = _answer_s(engine, place, data, answer_type(task))
    memory = peak_mb()
    return replace(
        found,
        instant_s=spent + answered,
        memory_mb=max(found.memory_mb, memory),
        model_mb=found.model_mb + size_mb(place),
    )


def _answer_s(engine: Engine, folder: Path, data: TaskData, kind: AnswerType) -> float:
    """Return how long a finished model takes to load and to be measured on all held-out rows, as a worker asks it.

    Rows that are asked more of, such as to be listened to as well, are timed apart: they may cost a hundred times as much.
    """
    parts = (kind.asked(rows.inputs, rows.targets) for rows in (data.validation, data.test))
    asked = [one for part in parts for one in part]
    least = min((len(parts_of(one)) for one in asked), default=0)
    plain = [one for one in asked if len(parts_of(one)) == least]
    dearer = [one for one in asked if len(parts_of(one)) > least]
    began = time.monotonic()
    predictor = engine.load(folder)
    seconds = time.monotonic() - began
    seconds += _answering_s(predictor, plain, ANSWERED_ROWS)
    return seconds + _answering_s(predictor, dearer, DEARER_ROWS)


def _answering_s(predictor: Predictor, asked: Sequence[str], most: int) -> float:
    """Return how long all these questions take by some of them; what the first waits for, such as a listener, comes once."""
    if not asked:
        return 0.0
    some = _spread_over(asked, most + 1)
    began = time.monotonic()
    predictor.answer(some[:1])
    first = time.monotonic() - began
    if len(some) == 1:
        return first
    predictor.answer(some[1:])
    rest = (time.monotonic() - began - first) / (len(some) - 1)
    return first + rest * (len(asked) - 1)


def _spread_over(values: Sequence[str], most: int) -> Sequence[str]:
    """Return some values spread evenly over all of them."""
    if len(values) <= most:
        return values
    return [values[place * len(values) // most] for place in range(most)]


def _some(rows: Rows, most: int) -> Rows:
    """Return rows spread evenly over all of them."""
    chosen = (_spread_over(values, most) for values in (rows.ids, rows.inputs, rows.targets))
    return Rows(*chosen) if len(rows) > most else rows


def _held_out(data: TaskData) -> int:
    return len(data.validation) + len(data.test)


def _gpu_mb() -> float:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return 0.0
    return float(torch.cuda.max_memory_allocated() / 2**20)


def _start() -> None:
    folder = Path(sys.argv[1]).resolve()
    limit_worker()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        found = measure(folder, Settings())
    except PersonError as error:
        found = Measured(error=error.message)
    attempt_folder.write_json(folder / MEASURED, found.to_json())


if __name__ == "__main__":
    _start()
