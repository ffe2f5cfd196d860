"""A training that was paused anywhere ends with the same weights and curves, bit for bit, as one that was not."""

import hashlib
from pathlib import Path

import pytest

from bigmodel.core.errors import TrainingError
from bigmodel.core.job import Wish
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.text import finetune
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert

DATA = text_data("label")
PARAMS = TextParams(epochs=3, batch_size=8, accumulation=2, learning_rate=1e-3)  # 12 steps
STOPS = [1, 4, 5, 8, 11]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseFiles]:
    folder = write_tiny_bert(tmp_path_factory.mktemp("base") / "tiny")
    return {"tiny": BaseFiles("tiny", "folder", folder), "scratch": BaseFiles("scratch", "scratch")}


@pytest.fixture(scope="module")
def straight(
    bases: dict[str, BaseFiles], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[str, FakeReporter]]:
    return {name: train(base, tmp_path_factory.mktemp(name)) for name, base in bases.items()}


def train(
    base: BaseFiles, folder: Path, params: TextParams = PARAMS, **how: object
) -> tuple[str, FakeReporter]:
    report = FakeReporter(folder / "checkpoints", **how)  # type: ignore[arg-type]
    model = folder / "model"
    model.mkdir(exist_ok=True)
    finetune.train_classifier(DATA, params, base, model, report)
    return hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest(), report


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("name", ["tiny", "scratch"])
def test_resumed_training_ends_with_same_weights(
    name: str,
    stop: int,
    bases: dict[str, BaseFiles],
    straight: dict[str, tuple[str, FakeReporter]],
    tmp_path: Path,
) -> None:
    paused = FakeReporter(tmp_path / "checkpoints", stop_at=stop)
    with pytest.raises(StopRequested):
        finetune.train_classifier(DATA, PARAMS, bases[name], tmp_path, paused)
    assert [point.step for point in paused.checkpoints] == [stop]
    weights, resumed = train(bases[name], tmp_path, resume=paused.checkpoints[0])
    expected, whole = straight[name]
    assert weights == expected
    for curve, points in whole.curves.items():
        assert paused.curves.get(curve, []) + resumed.curves.get(curve, []) == points


def test_cancelled_training_leaves_no_checkpoint(
    bases: dict[str, BaseFiles], tmp_path: Path
) -> None:
    report = FakeReporter(tmp_path / "checkpoints", stop_at=2, wish=Wish.CANCEL)
    with pytest.raises(StopRequested):
        finetune.train_classifier(DATA, PARAMS, bases["tiny"], tmp_path, report)
    assert report.checkpoints == []
    assert max(report.steps) == 2


@pytest.mark.parametrize("name", ["state.safetensors", "state.json"])
def test_checkpoint_that_cannot_be_read_is_refused(
    name: str, bases: dict[str, BaseFiles], tmp_path: Path
) -> None:
    report = FakeReporter(tmp_path / "checkpoints", stop_at=3)
    with pytest.raises(StopRequested):
        finetune.train_classifier(DATA, PARAMS, bases["tiny"], tmp_path, report)
    (report.checkpoints[0].folder / name).write_bytes(b"{")
    with pytest.raises(TrainingError, match="checkpoint_damaged"):
        train(bases["tiny"], tmp_path, resume=report.checkpoints[0])


def test_checkpoint_of_other_training_is_refused(
    bases: dict[str, BaseFiles], tmp_path: Path
) -> None:
    report = FakeReporter(tmp_path / "checkpoints", stop_at=2)
    with pytest.raises(StopRequested):
        finetune.train_classifier(DATA, PARAMS, bases["tiny"], tmp_path, report)
    other = PARAMS.model_copy(update={"learning_rate": 2e-3})
    with pytest.raises(TrainingError, match="checkpoint_of_another_training"):
        train(bases["tiny"], tmp_path, other, resume=report.checkpoints[0])
