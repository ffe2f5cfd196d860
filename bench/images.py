"""How well and how fast pictures are learned, as a job learns them, and what an answer costs; `make bench ARGS=images`.

Data packs lie beside the repository and are not part of it; without them there is nothing to measure.
On a busy machine the seconds that our own threads worked, shared by two cores, are told beside those that passed.
"""

import random
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from bench.figure import Figure
from bench.training import Clock, hold_out
from bigmodel.bases.catalogue import read_models
from bigmodel.core.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles, Predictor
from bigmodel.tasks import get_task, load_engine
from bigmodel.training import pictures
from bigmodel.training.goal import macro_f1
from bigmodel.training.target import class_indices

TASK = get_task("image_classification")
PACKS = Path(__file__).parents[2] / "shared" / "data"
FLOWERS, ANTS = "g_img_flowers5", "g_img_ants_bees"
FLOWERS_GOAL, LIMIT_S, FIRST_S, RATIO_GOAL = 0.70, 300.0, 60.0, 1.2
CORES = 2
FIRST_ROWS = 300
ROUNDS = 60


@dataclass(frozen=True)
class Learned:
    """What came of one training."""

    held: float  # macro-F1 on validation rows, which chooses
    tested: float  # accuracy on test rows
    passed_s: float
    worked_s: float  # by our threads, shared by the cores


def run() -> list[Figure]:
    """Measure accuracies, the first usable model, and what an answer costs."""
    if not PACKS.is_dir():
        return []
    with tempfile.TemporaryDirectory() as folder:
        flowers, ants = (read_pack(name, Path(folder)) for name in (FLOWERS, ANTS))
        return [*_flowers(flowers), *_ants(ants), *_first(flowers), *_answers(flowers)]


def learn(data: TaskData, name: str, preset: str = "balanced") -> Learned:
    """Train one base as a job does."""
    values = next(base for base in read_models(TASK.folder) if base.name == name).presets[preset]
    params = TASK.params.model_validate({**values, "base": name})
    engine = load_engine(TASK)
    start, worked = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        if name == "instant":
            engine.train_instant(data, params, Path(folder), Clock())
        else:
            engine.train(data, params, BaseFiles(name, name), Path(folder), Clock())
        passed, own = time.perf_counter() - start, (time.process_time() - worked) / CORES
        loaded = engine.load(Path(folder))
        held = _scores(loaded, data.validation, data)
        tested = _scores(loaded, data.test, data)
    return Learned(held[0], tested[1], passed, own)


def read_pack(pack: str, folder: Path) -> TaskData:
    """Unpack a data pack, with a tenth of the training pictures held out."""
    parts = []
    for part in ("train", "test"):
        place = folder / pack / part
        with zipfile.ZipFile(PACKS / pack / f"{part}.zip") as archive:
            archive.extractall(place)
        files = sorted(path for path in place.rglob("*") if path.is_file())
        ids = [f"{part}-{number}" for number in range(len(files))]
        rows = Rows(ids, [str(path) for path in files], [path.parent.name for path in files])
        parts.append(TaskData(rows, Rows(), Rows(), tuple(sorted(set(rows.targets)))))
    return hold_out(*parts, seed=0)


def _flowers(data: TaskData) -> list[Figure]:
    instant, tuned = learn(data, "instant"), learn(data, "scratch")
    return [
        Figure("flowers, instant", instant.tested, "accuracy", "", None),
        Figure("flowers, instant", instant.passed_s, "s", "", None),
        _at_least("flowers, from scratch", tuned.tested, "accuracy", FLOWERS_GOAL),
        Figure("flowers, from scratch", tuned.passed_s, "s passed", "", None),
        _at_most("flowers, from scratch", tuned.worked_s, "s worked", LIMIT_S),
    ]


def _ants(data: TaskData) -> list[Figure]:
    """The better on validation rows is kept, as a job does; it may not be worse than the instant model."""
    instant, tuned = learn(data, "instant"), learn(data, "scratch")
    kept = tuned if tuned.held > instant.held else instant
    return [
        Figure("ants and bees, instant", instant.tested, "accuracy", "", None),
        Figure("ants and bees, from scratch", tuned.tested, "accuracy", "", None),
        _at_least("ants and bees, kept", kept.tested, "accuracy", instant.tested),
    ]


def _first(data: TaskData) -> list[Figure]:
    """300 pictures: the instant model is the first that can be used."""
    chosen = random.Random(0).sample(range(len(data.train)), FIRST_ROWS)  # noqa: S311  (no secret)
    columns = (data.train.ids, data.train.inputs, data.train.targets)
    rows = Rows(*([column[place] for place in chosen] for column in columns))
    few = TaskData(rows, data.validation, data.test, data.labels)
    return [
        _at_most("first usable model of 300 pictures", learn(few, "instant").passed_s, "s", FIRST_S)
    ]


def _answers(data: TaskData) -> list[Figure]:
    """One answer against the bare forward pass; reading the file is shown apart."""
    net = pictures.PictureNet(pictures.NetSize(len(data.labels))).eval()
    predictor = pictures.PicturePredictor(net, data.labels, 96, flips=False)
    path = data.test.inputs[0]
    squares = pictures.read_inputs([path], pictures.stored_side(96))
    inside = pictures.plain(squares, 96).contiguous(memory_format=torch.channels_last)
    times: dict[str, list[float]] = {"bare": [], "answer": [], "read": []}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        with torch.inference_mode():
            net(inside)
        middle = time.perf_counter()
        predictor.answer(squares)
        end = time.perf_counter()
        pictures.read_inputs([path], pictures.stored_side(96))
        times["bare"].append(middle - start)
        times["answer"].append(end - middle)
        times["read"].append(time.perf_counter() - end)
    best = {name: float(np.min(values)) for name, values in times.items()}
    return [
        Figure("bare forward pass of one picture", best["bare"] * 1000, "ms", "", None),
        Figure("reading one picture", best["read"] * 1000, "ms", "", None),
        _at_most("answer against bare pass", best["answer"] / best["bare"], "times", RATIO_GOAL),
    ]


def _scores(predictor: Predictor, rows: Rows, data: TaskData) -> tuple[float, float]:
    truth = class_indices(rows.targets, data.labels)
    answers = np.array(predictor.predict(rows.inputs)).argmax(axis=1)
    return macro_f1(truth, answers, len(data.labels)), float((truth == answers).mean())


def _at_least(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≥ {goal:.3g}", value >= goal)


def _at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≤ {goal:.3g}", value <= goal)
