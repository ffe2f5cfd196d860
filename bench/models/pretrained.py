"""How well multilingual E5 and Whisper do with a person's data; `make bench ARGS=pretrained`.

The bases must be in BIGMODEL_HOME (`bigmodel bases fetch e5`, `whisper-tiny-en`, `whisper-base`) and the data packs
beside the repository; what is not there is left out. Validation rows choose, test rows are only told.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from bench.figure import PACKS, Figure
from bench.models import speech
from bench.models.training import WAIMAI, Clock, hold_out, read_pack
from bigmodel.base_models.catalogue import read_models
from bigmodel.base_models.locate import locate
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Predictor, Task
from bigmodel.metrics.transcription import headline
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.speech.features import RATE_HZ

TEXTS = get_task("text_classification")
LEFT_OUT, EVERY = (
    ("theo", "lucas"),
    6,
)  # speakers of the test rows; one recording in so many is learned from
SENTENCES = "g_asr_ljspeech*"  # packs of English sentences
HELD_SENTENCES = 8
WAIMAI_GOAL, FEW_GOAL, READY_GOAL = 0.905, 0.02, 0.13


def run() -> list[Figure]:
    """Measure accuracy and word errors on test rows."""
    if not PACKS.is_dir():
        return []
    with tempfile.TemporaryDirectory() as folder:
        return [
            *chinese(),
            *few_recordings(Path(folder)),
            *ready(Path(folder)),
            *silence(Path(folder)),
        ]


def chinese() -> Iterator[Figure]:
    """Fine-tune E5 as its balanced preset does."""
    if base := _here(TEXTS, "e5"):
        whole, test = (read_pack(WAIMAI, file, "review") for file in ("train.csv", "test.csv"))
        data = hold_out(whole, test, 0)
        scores = np.array(_learned(TEXTS, data, base, "balanced").predict(data.test.inputs))
        truth = np.array([data.labels.index(label) for label in data.test.targets])
        value = float((scores.argmax(axis=1) == truth).mean())
        yield Figure(f"{WAIMAI}, e5", value, "accuracy", f"≥ {WAIMAI_GOAL}", value >= WAIMAI_GOAL)


def few_recordings(place: Path) -> Iterator[Figure]:
    """Fine-tune tiny.en on about a hundred recordings; the speakers of the test rows are not among them."""
    if (base := _here(speech.TASK, "whisper-tiny-en")) and (PACKS / speech.WORDS).is_dir():
        rows, test = (
            speech.read_pack(speech.WORDS, file, place) for file in ("train.zip", "test.zip")
        )
        known = [n for n, path in enumerate(rows.inputs) if _speaker(path) not in LEFT_OUT]
        strangers = [n for n, path in enumerate(test.inputs) if _speaker(path) in LEFT_OUT]
        data = speech.hold_out(_chosen(rows, known[::EVERY]), _chosen(test, strangers))
        value = _errors(_learned(speech.TASK, data, base, "balanced"), data.test)
        name = f"{speech.WORDS}, {len(known[::EVERY])} recordings, other speakers, whisper-tiny-en"
        yield Figure(name, value, "WER", f"≤ {FEW_GOAL}", value <= FEW_GOAL)


def ready(place: Path) -> Iterator[Figure]:
    """Hear sentences with Whisper base as it is."""
    base = _here(speech.TASK, "whisper-base")
    for pack in sorted(PACKS.glob(SENTENCES)) if base else ():
        rows = speech.read_pack(pack.name, "test.zip", place)
        test = _chosen(rows, list(range(min(HELD_SENTENCES, len(rows)))))
        value = _errors(_learned(speech.TASK, TaskData(test, Rows(), test), base, "fast"), test)
        name = f"{pack.name}, whisper-base as it is"
        yield Figure(name, value, "WER", f"≤ {READY_GOAL}", value <= READY_GOAL)


def silence(place: Path) -> Iterator[Figure]:
    """Hear what nobody said."""
    if base := _here(speech.TASK, "whisper-base"):
        random = np.random.default_rng(0)
        paths = [str(place / f"silence-{number}.wav") for number in range(3)]
        for path, seconds in zip(paths, (1, 5, 40), strict=True):
            soundfile.write(path, random.normal(0, 5e-4, seconds * RATE_HZ), RATE_HZ)
        data = TaskData(Rows(paths, paths, ["nothing"] * 3), Rows(), Rows())
        heard = _learned(speech.TASK, data, base, "fast").answer(paths)
        letters = sum(len(one.text) for one in heard)
        yield Figure("silence, whisper-base as it is", letters, "letters", "0", letters == 0)


def _here(task: Task, name: str) -> BaseFiles | None:
    try:
        return locate(name, task, Settings())
    except ModelError:
        return None


def _learned(task: Task, data: TaskData, base: BaseFiles, preset: str) -> Predictor:
    about = next(each for each in read_models(task.folder) if each.name == base.name)
    params = task.params.model_validate({**about.presets[preset], "base": base.name})  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        load_engine(task).train(data, params, base, Path(folder), Clock())
        return load_engine(task).load(Path(folder))


def _errors(model: Predictor, rows: Rows) -> float:
    return headline(rows.targets, [one.text for one in model.answer(rows.inputs)])["wer"]


def _speaker(path: str) -> str:
    return Path(path).stem.split("_")[1]


def _chosen(rows: Rows, numbers: list[int]) -> Rows:
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[number] for number in numbers] for column in columns))
