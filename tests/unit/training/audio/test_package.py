"""The programs that go along with a downloaded sound model answer what the model answers, without a line of this app."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Medium
from bigmodel.tasks import find_tasks, load_engine
from tests.fakes.program import load_program
from tests.fakes.reporter import FakeReporter
from tests.fakes.sounds import sound_data, write_sound
from tests.fakes.tiny_wav2vec import write_tiny_wav2vec
from tests.fakes.tiny_whisper import write_tiny_whisper

TASK = next(
    task for task in find_tasks().values() if task.medium is Medium.AUDIO and task.answer == "label"
)
PARAMS = TASK.params.model_validate({"epochs": 1, "batch_size": 8, "learning_rate": 3e-3})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return sound_data(tmp_path_factory.mktemp("sounds"), rows=30)


def both(kind: str, folder: Path, data: TaskData) -> tuple[Any, Any]:
    """Return what the app and the program answer, to short recordings and a long one."""
    long = write_sound(folder / "long.wav", "buzz", seconds=2.0)
    inputs = [*data.test.inputs, str(long)]
    theirs = load_program(TASK.folder / f"predict_{kind}.py").Model(folder)
    return load_engine(TASK).load(folder).predict(inputs), theirs.predict(inputs)


def test_package_of_instant_model_answers_alike(data: TaskData, tmp_path: Path) -> None:
    load_engine(TASK).train_instant(data, PARAMS, tmp_path, FakeReporter(tmp_path / "c"))
    ours, theirs = both("instant", tmp_path, data)
    np.testing.assert_allclose(theirs, ours, atol=1e-4)


def test_package_of_features_answers_alike(data: TaskData, tmp_path: Path) -> None:
    base = BaseFiles("ear", "features", write_tiny_whisper(tmp_path / "base"))
    load_engine(TASK).train(data, PARAMS, base, tmp_path, FakeReporter(tmp_path / "c"))
    ours, theirs = both("tuned", tmp_path, data)
    np.testing.assert_allclose(theirs, ours, atol=1e-4)


@pytest.mark.parametrize("kind", ["scratch", "folder"])
def test_package_of_network_answers_alike(kind: str, data: TaskData, tmp_path: Path) -> None:
    files = write_tiny_wav2vec(tmp_path / "base") if kind == "folder" else None
    base = BaseFiles("base", kind, files)
    load_engine(TASK).train(data, PARAMS, base, tmp_path, FakeReporter(tmp_path / "c"))
    ours, theirs = both("tuned", tmp_path, data)
    np.testing.assert_allclose(theirs, ours, atol=1e-4)
