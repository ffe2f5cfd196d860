"""The programs that go along with a downloaded picture model answer what the model answers, without a line of this app."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Medium
from bigmodel.tasks import find_tasks, load_engine
from tests.fakes.pictures import picture_data
from tests.fakes.program import load_program
from tests.fakes.reporter import FakeReporter
from tests.fakes.tiny_vision import write_tiny_timm, write_tiny_vit

TASK = next(task for task in find_tasks().values() if task.medium is Medium.IMAGE)
PARAMS = TASK.params.model_validate({"epochs": 1, "pixels": 32, "batch_size": 16})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return picture_data(tmp_path_factory.mktemp("pictures"), 40)


def check(kind: str, folder: Path, data: TaskData) -> None:
    ours = load_engine(TASK).load(folder).predict(data.test.inputs)
    theirs = load_program(TASK.folder / f"predict_{kind}.py").Model(folder)
    np.testing.assert_allclose(theirs.predict(data.test.inputs), ours, atol=1e-4)
    assert theirs.labels == list(data.labels)


def test_package_of_instant_model_answers_alike(data: TaskData, tmp_path: Path) -> None:
    load_engine(TASK).train_instant(data, PARAMS, tmp_path, FakeReporter(tmp_path / "c"))
    check("instant", tmp_path, data)


def test_package_of_features_answers_alike(data: TaskData, tmp_path: Path) -> None:
    base = BaseFiles("eye", "features", write_tiny_timm(tmp_path / "base"))
    load_engine(TASK).train(data, PARAMS, base, tmp_path, FakeReporter(tmp_path / "c"))
    check("tuned", tmp_path, data)


@pytest.mark.parametrize("write", [None, write_tiny_timm, write_tiny_vit])
def test_package_of_network_answers_alike(
    write: Callable[[Path], Path] | None, data: TaskData, tmp_path: Path
) -> None:
    kind = "folder" if write else "scratch"
    base = BaseFiles("base", kind, write(tmp_path / "base") if write else None)
    load_engine(TASK).train(data, PARAMS, base, tmp_path, FakeReporter(tmp_path / "c"))
    check("tuned", tmp_path, data)
