"""How well and how fast speech is learned from scratch, and how soon a first model stands; `make bench ARGS=speech`.

Trains as a job does: the instant model, then the network, the better one on validation rows kept; word
errors are of test recordings that neither saw. Data packs lie beside the repository and are not part of it.
"""

import csv
import random
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import torch

from bench.figure import PACKS, Figure
from bench.models.training import Clock
from bigmodel.base_models.catalogue import read_models
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles, Predictor
from bigmodel.metrics.transcription import headline
from bigmodel.tasks import find_tasks, load_engine
from bigmodel.training.speech import ctc
from bigmodel.training.speech.features import Recordings, read_samples

TASK = next(task for task in find_tasks().values() if task.answer == "transcript")
WORDS, YES_NO = "g_asr_fsdd_words", "g_asr_yesno"
MOST_WER, MOST_S, FIRST_S, FIRST_ROWS = 0.05, 300.0, 60.0, 300
RATIO = 1.2
ROUNDS = 60


def run() -> list[Figure]:
    """Measure word errors and seconds on both packs."""
    figures: list[Figure] = []
    for pack in (WORDS, YES_NO):
        if (PACKS / pack).is_dir():
            with tempfile.TemporaryDirectory() as place:
                figures += measure(pack, Path(place))
    return figures


def measure(pack: str, place: Path) -> list[Figure]:
    """Train both models on a pack."""
    train = read_pack(pack, "train.zip", place)
    data = hold_out(train, read_pack(pack, "test.zip", place))
    base = next(base for base in read_models(TASK.folder) if base.kind == "scratch")
    params = TASK.params.model_validate({**base.presets["balanced"], "base": base.name})
    engine = load_engine(TASK)
    instant, network = place / "instant", place / "network"
    instant.mkdir()
    network.mkdir()
    began = time.perf_counter()
    engine.train_instant(data, params, instant, Clock())
    instant_s = time.perf_counter() - began
    engine.train(data, params, BaseFiles(base.name, base.kind), network, Clock())
    seconds = time.perf_counter() - began
    held, tested = zip(*(_errors(engine.load(f), data) for f in (instant, network)), strict=True)
    kept = tested[1] if held[1] < held[0] else tested[0]
    figures = [
        _at_most(f"{pack}: word errors of the kept model", kept, "WER", MOST_WER),
        Figure(f"{pack}: of the instant model", tested[0], "WER", "", None),
        _at_most(f"{pack}: of the network from scratch", tested[1], "WER", MOST_WER),
        _at_most(f"{pack}: until both stand", seconds, "s", MOST_S),
        _at_most(f"{pack}: until the instant model stands", instant_s, "s", FIRST_S),
    ]
    if pack == WORDS:
        figures += [first_model(data, place), ratio(network, data)]
    return figures


def first_model(data: TaskData, place: Path) -> Figure:
    """Measure how soon a first model stands for 300 recordings."""
    folder = place / "first"
    folder.mkdir()
    few = TaskData(_chosen(data.train, range(FIRST_ROWS)), Rows(), Rows())
    began = time.perf_counter()
    load_engine(TASK).train_instant(few, TASK.params(), folder, Clock())
    seconds = time.perf_counter() - began
    return _at_most(f"first model for {FIRST_ROWS} recordings", seconds, "s", FIRST_S)


def ratio(folder: Path, data: TaskData) -> Figure:
    """Measure what writing down one second of sound takes, by what its log-mel layer and network alone take."""
    predictor = ctc.load_model(folder)
    samples = np.resize(read_samples(data.test.inputs[0]), 16_000)
    heard = Recordings([samples], [[]])
    whole, bare = [], []
    with torch.inference_mode():
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            predictor.spelled([samples])
            middle = time.perf_counter()
            predictor.net(**heard.batch([0]))
            whole.append(middle - began)
            bare.append(time.perf_counter() - middle)
    found = min(whole[1:]) / min(bare[1:])
    return _at_most("one second of sound, by the bare forward pass", found, "times", RATIO)


def read_pack(pack: str, file: str, place: Path) -> Rows:
    """Unpack a data pack into a folder of our own and return its rows."""
    folder = place / pack / file
    with zipfile.ZipFile(PACKS / pack / file) as archive:
        archive.extractall(folder)
    by_name = {path.name: str(path) for path in folder.rglob("*.wav")}
    with (folder / "transcripts.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [(by_name[Path(row["file"]).name], row["text"]) for row in csv.DictReader(lines)]
    ids = [f"{file} {number}" for number in range(len(rows))]
    return Rows(ids, [path for path, _ in rows], [text for _, text in rows])


def hold_out(train: Rows, test: Rows) -> TaskData:
    """Hold a tenth of the training rows out, as validation rows."""
    order = list(range(len(train)))
    random.Random(0).shuffle(order)  # noqa: S311 - no secret
    held = max(4, len(order) // 10)
    return TaskData(_chosen(train, order[held:]), _chosen(train, order[:held]), test)


def _errors(predictor: Predictor, data: TaskData) -> tuple[float, float]:
    """Return the word errors on validation rows, which choose, and on test rows, which are told."""
    held, tested = (
        headline(rows.targets, [one.text for one in predictor.answer(rows.inputs)])["wer"]
        for rows in (data.validation, data.test)
    )
    return held, tested


def _chosen(rows: Rows, numbers: "range | list[int]") -> Rows:
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[number] for number in numbers] for column in columns))


def _at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≤ {goal:g}", value <= goal)
