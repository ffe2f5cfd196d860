"""Pictures are learned, told apart again after loading, and gone on from bit for bit at any step."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.training.images import baseline, finetune
from bigmodel.training.images.augment import augment, mix
from bigmodel.training.images.recipe import ImageParams
from tests.fakes.pictures import picture_data
from tests.fakes.reporter import FakeReporter

SCRATCH = BaseFiles("scratch", "scratch")
PARAMS = ImageParams.model_validate(
    {
        "epochs": 3,
        "batch_size": 8,
        "accumulation": 2,
        "pixels": 32,
        "augmentation": "colour",
        "mixing": "both",
        "averaging": 0.9,
    }
)  # 12 steps


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return picture_data(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def straight(
    data: TaskData, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, FakeReporter, Path]:
    folder = tmp_path_factory.mktemp("straight")
    return *train(data, folder), folder / "model"


def train(data: TaskData, folder: Path, **how: object) -> tuple[str, FakeReporter]:
    report = FakeReporter(folder / "checkpoints", **how)  # type: ignore[arg-type]
    model = folder / "model"
    model.mkdir(exist_ok=True)
    finetune.train(data, PARAMS, SCRATCH, model, report)
    return hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest(), report


@pytest.mark.parametrize("stop", [1, 4, 5, 8, 11])
def test_resumed_training_ends_with_same_weights(
    stop: int, data: TaskData, straight: tuple[str, FakeReporter, Path], tmp_path: Path
) -> None:
    paused = FakeReporter(tmp_path / "checkpoints", stop_at=stop)
    with pytest.raises(StopRequested):
        finetune.train(data, PARAMS, SCRATCH, tmp_path, paused)
    weights, resumed = train(data, tmp_path, resume=paused.checkpoints[0])
    assert weights == straight[0]
    for curve, points in straight[1].curves.items():
        assert paused.curves.get(curve, []) + resumed.curves.get(curve, []) == points


def test_model_knows_its_own_pictures(
    data: TaskData, straight: tuple[str, FakeReporter, Path]
) -> None:
    loaded = finetune.load_model(straight[2])
    (found,) = loaded.explain(data.train.inputs[:1])
    assert found.nearest[0][0] == data.train.ids[0]
    assert found.nearest[0][1] < 0.01
    assert found.ood_score is not None
    assert found.ood_score < 1


def test_instant_model_tells_stripes_apart(data: TaskData, tmp_path: Path) -> None:
    baseline.train_instant(data, PARAMS, tmp_path, FakeReporter(tmp_path / "c"))
    loaded = baseline.load_baseline(tmp_path)
    scores = np.array(loaded.predict(data.test.inputs))
    answers = [data.labels[place] for place in scores.argmax(axis=1)]
    assert answers == list(data.test.targets)
    assert loaded.explain(data.train.inputs[:1])[0].nearest[0][0] == data.train.ids[0]


@pytest.mark.parametrize("kind", ["none", "crop_flip", "colour", "randaugment"])
def test_variation_hangs_on_row_and_epoch_alone(kind: str) -> None:
    params = ImageParams.model_validate({"augmentation": kind, "pixels": 32})
    squares = np.random.default_rng(0).integers(0, 256, (4, 20, 20, 3), dtype=np.uint8)
    torch.manual_seed(1)
    one = augment(squares, params, [3, 5, 7, 9], 2, 16)
    torch.rand(100)
    alone = augment(squares[2:3], params, [7], 2, 16)
    later = augment(squares[2:3], params, [7], 3, 16)
    assert torch.allclose(one[2:3], alone, atol=1e-6)
    assert (kind == "none") == torch.equal(alone, later)
    assert float(one.min()) >= 0
    assert float(one.max()) <= 1


@pytest.mark.parametrize("mixing", ["mixup", "cutmix", "both"])
def test_mixed_answers_follow_mixed_pictures(mixing: str) -> None:
    params = ImageParams.model_validate({"mixing": mixing})
    black_and_white = torch.stack([torch.zeros(3, 16, 16), torch.ones(3, 16, 16)]).repeat(
        4, 1, 1, 1
    )
    shares = torch.eye(2).repeat(4, 1)
    mixed = mix(black_and_white, shares, params, list(range(8)), 0)
    white = mixed.pictures.mean(dim=(1, 2, 3))
    assert torch.allclose(white, mixed.shares[:, 1], atol=1e-5)
    assert not torch.equal(mixed.shares, shares)


def test_unreadable_pictures_are_left_out_and_said(data: TaskData, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"GIF89a")
    inputs = [str(broken), *data.train.inputs[1:]]
    damaged = type(data.train)(data.train.ids, inputs, data.train.targets)
    report = FakeReporter(tmp_path / "c")
    some = TaskData(damaged, data.validation, data.test, data.labels)
    baseline.train_instant(some, PARAMS, tmp_path, report)
    assert report.notes == ["training.note.pictures_left_out"]
    none = type(data.train)(["a"], [str(broken)], ["lying"])
    with pytest.raises(TrainingError, match="pictures_are_unreadable"):
        baseline.train_instant(
            TaskData(none, data.validation, data.test, data.labels), PARAMS, tmp_path, report
        )
