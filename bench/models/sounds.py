"""How well and how fast recordings are sorted, whole jobs included, and who is told to be a stranger; `make bench ARGS=sounds`.

Data packs lie beside the repository and are not part of it; without them there is nothing to measure.
"""

import random
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import soundfile
import torch

from bench.figure import PACKS, Figure
from bench.models.training import Clock
from bigmodel.base_models.catalogue import read_models
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles, Explainer, Predictor
from bigmodel.data.media.audio import read_sound
from bigmodel.services.studio import open_services
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.audio.clips import make_frontend
from bigmodel.training.audio.features import RATE_HZ, level, spans
from bigmodel.training.audio.finetune import load_model
from bigmodel.training.loop.targets import class_indices

PACK = PACKS / "g_audio_fsdd"
TASK = get_task("audio_classification")
OWNER = "local"
ACCURACY, MOST_S, FIRST_ROWS, RATIO = 0.99, 60.0, 300, 1.2
STRANGE_CLASSES = ("8", "9")  # left out of the training, to be told as strangers
ROUNDS = 30


def run() -> list[Figure]:
    """Measure accuracy, seconds, strangers and the cost of an answer."""
    if not PACK.is_dir():
        return []
    with tempfile.TemporaryDirectory(
        ignore_cleanup_errors=True
    ) as folder:  # its processes just ended
        place = Path(folder)
        data = hold_out(read_pack("train_small.zip", place), read_pack("test.zip", place))
        home = place / "home"
        try:
            figures = whole_job(data, home)
        finally:
            _end_all(home)
        return [*figures, first_model(data, place), *strangers(data, place)]


def whole_job(data: TaskData, home: Path) -> list[Figure]:
    """Train as a person does, from the ZIP to the kept model, and answer the test recordings with all its models."""
    services = open_services(Settings(home=home, offline=True))
    began = time.perf_counter()
    dataset = services.datasets.import_file(OWNER, PACK / "train_small.zip")
    read_s = time.perf_counter() - began
    began = time.perf_counter()
    job = services.training.submit(OWNER, dataset.id, base="scratch", preset="balanced")
    while not services.jobs.get(OWNER, job.id).is_final:
        time.sleep(0.1)
    seconds = time.perf_counter() - began
    models = services.results.models(OWNER, job.id)
    found = {
        model.kind: accuracy(load_engine(TASK).load(home / model.folder), data) for model in models
    }
    kept = next(model for model in models if model.kept)
    tuned = next(home / model.folder for model in models if model.kind == "tuned")
    return [
        Figure("the ZIP is read and checked", read_s, "s", "", None),
        _at_most("submit → instant and tuned stand", seconds, "s", MOST_S),
        _at_least("spoken digits, the kept model", found[kept.kind], "accuracy", ACCURACY),
        Figure("spoken digits, instant", found["instant"], "accuracy", "", None),
        _at_least("spoken digits, from scratch", found["tuned"], "accuracy", ACCURACY),
        *answering(tuned, data),
    ]


def first_model(data: TaskData, place: Path) -> Figure:
    """Measure how soon a first model stands for few recordings."""
    few = chosen(data.train, range(FIRST_ROWS))
    began = time.perf_counter()
    train("instant", TaskData(few, Rows(), Rows(), data.labels), place / "first")
    name = f"first model for {FIRST_ROWS} recordings"
    return _at_most(name, time.perf_counter() - began, "s", MOST_S)


def answering(folder: Path, data: TaskData) -> list[Figure]:
    """Measure one second of sound beside what the network and its log-mel layer alone take."""
    model = load_model(folder)
    sound = np.resize(read_sound(Path(data.test.inputs[0])), RATE_HZ).astype(np.float32)
    listen = make_frontend()
    mel = listen(level(sound))
    cuts = [mel[start:end] for start, end in spans(len(mel), model.ear.steps)]
    batch = torch.from_numpy(np.stack(cuts))[:, None]  # (windows, 1, frames, bands)
    net = model.ear._net  # type: ignore[attr-defined]  # as somebody without us would call it

    def bare() -> None:
        with torch.inference_mode():
            listen(sound)
            net(batch)

    def ours() -> None:
        model.hear([listen(level(sound))])

    alone, whole = fastest(bare), fastest(ours)
    decode = fastest(lambda: read_sound(Path(data.test.inputs[0])))
    return [
        Figure("one second of sound, bare forward pass", 1e3 * alone, "ms", "", None),
        _at_most("one second of sound, ours against it", whole / alone, "times", RATIO),
        Figure("decoding a recording", 1e3 * decode, "ms", "", None),
    ]


def strangers(data: TaskData, place: Path) -> list[Figure]:
    """Leave two classes out, and count how often those, noise and known recordings look like none of the classes."""
    train_rows, held, test = map(without, (data.train, data.validation, data.test))
    known = TaskData(train_rows, held, test, _known(data.labels))
    odd = [
        path
        for path, label in zip(data.test.inputs, data.test.targets, strict=True)
        if label in STRANGE_CLASSES
    ]
    noise = [str(write_noise(place / "noise" / f"{n}.wav", n)) for n in range(30)]
    figures = []
    for name in ("instant", "scratch"):
        model = train(name, known, place / f"known-{name}")
        assert isinstance(model, Explainer)
        for what, paths in (
            ("of known classes", known.test.inputs),
            ("of two classes left out", odd),
            ("of noise", noise),
        ):
            told = [(one.ood_score or 0) > 1 for one in model.explain(paths)]
            title = f"“none of these”, {name}: {what}"
            figures.append(Figure(title, 100 * float(np.mean(told)), "%", "", None))
    return figures


def train(name: str, data: TaskData, folder: Path) -> Predictor:
    """Train a base with its balanced preset."""
    folder.mkdir()
    base = next(base for base in read_models(TASK.folder) if base.name == name)
    params = TASK.params.model_validate({**base.presets["balanced"], "base": name})
    engine = load_engine(TASK)
    if name == "instant":
        engine.train_instant(data, params, folder, Clock())
    else:
        engine.train(data, params, BaseFiles(name, base.kind), folder, Clock())
    return engine.load(folder)


def accuracy(model: Predictor, data: TaskData) -> float:
    """Return the share of test recordings answered right."""
    truth = class_indices(data.test.targets, data.labels)
    answers = np.array(model.predict(data.test.inputs)).argmax(axis=1)
    return float((answers == truth).mean())


def read_pack(file: str, place: Path) -> Rows:
    """Unpack a pack of class folders and return its rows."""
    folder = place / file.partition(".")[0]
    with zipfile.ZipFile(PACK / file) as archive:
        archive.extractall(folder)
    paths = sorted(folder.rglob("*.wav"))
    ids = [f"{file} {number}" for number in range(len(paths))]
    return Rows(ids, [str(path) for path in paths], [path.parent.name for path in paths])


def hold_out(train: Rows, test: Rows) -> TaskData:
    """Hold a tenth of the training rows out, as validation rows."""
    order = list(range(len(train)))
    random.Random(0).shuffle(order)  # noqa: S311  (no secret)
    held = len(order) // 10
    labels = tuple(sorted(set(train.targets)))
    return TaskData(chosen(train, order[held:]), chosen(train, order[:held]), test, labels)


def chosen(rows: Rows, numbers: "range | list[int]") -> Rows:
    """Return the rows of these numbers."""
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[number] for number in numbers] for column in columns))


def without(rows: Rows) -> Rows:
    """Return the rows of the classes that are not strangers."""
    return chosen(rows, [n for n, label in enumerate(rows.targets) if label not in STRANGE_CLASSES])


def write_noise(path: Path, seed: int) -> Path:
    """Write half a second of noise of some colour."""
    noise = np.random.default_rng(seed).normal(0, 0.1, RATE_HZ // 2)
    if seed % 2:
        noise = np.cumsum(noise) / 30
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, np.clip(noise, -1, 1), RATE_HZ)
    return path


def fastest(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest of several rounds, after one that does not count."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times[1:])


def _known(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(label for label in labels if label not in STRANGE_CLASSES)


def _end_all(home: Path) -> None:
    """End what a data folder of our own started."""
    for process in psutil.process_iter():
        try:
            if process.environ().get("BIGMODEL_HOME") == str(home):
                process.kill()
        except psutil.Error:
            continue


def _at_least(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≥ {goal:g}", value >= goal)


def _at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≤ {goal:g}", value <= goal)
