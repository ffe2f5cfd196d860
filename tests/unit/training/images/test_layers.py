"""How a body that has seen pictures before is trained further: rates by depth, layers that join, norms that stay, a head that suits from the start."""

from pathlib import Path

import pytest
import torch

from bigmodel.core.task import BaseFiles, Medium
from bigmodel.tasks import find_tasks, load_engine
from bigmodel.training.images import pretrained
from bigmodel.training.images.recipe import ImageParams
from bigmodel.training.loop.device import faster_precision
from bigmodel.training.loop.optimizer import make_optimizer
from bigmodel.training.loop.recipe import learned_side, picture_side
from tests.fakes.pictures import picture_data
from tests.fakes.reporter import FakeReporter
from tests.fakes.tiny_vision import write_tiny_timm

TASK = next(task for task in find_tasks().values() if task.medium is Medium.IMAGE)


@pytest.fixture
def body(tmp_path: Path) -> pretrained.TimmEncoder:
    base = BaseFiles("tiny", "folder", write_tiny_timm(tmp_path / "base"))
    made, _ = pretrained.load_base(base, 2, 32)
    assert isinstance(made, pretrained.TimmEncoder)
    return made


def test_lower_layers_learn_at_lower_rates(body: pretrained.TimmEncoder) -> None:
    params = ImageParams(layer_decay=0.5)
    body.tune(params)
    groups = make_optimizer(body, params).param_groups
    scales = sorted({group["scale"] for group in groups if group["params"]})
    count = len(body.layers())
    assert scales == pytest.approx([0.5**n for n in range(count, -1, -1)], abs=1e-6)


def test_layers_join_from_the_top_down(body: pretrained.TimmEncoder) -> None:
    body.tune(ImageParams(unfreezing=0.5, frozen_layers=1))
    learning = []
    for progress in (0.0, 0.25, 0.5):
        body.thaw(progress)
        learning.append(
            [all(p.requires_grad for p in layer.parameters()) for layer in body.layers()]
        )
    first, middle, last = learning
    assert not any(first)
    assert any(middle)
    assert middle == sorted(middle)
    assert last == [False] + [True] * (len(last) - 1)


def test_norms_keep_what_they_know(body: pretrained.TimmEncoder) -> None:
    before = {name: value.clone() for name, value in body.named_buffers()}
    body.train()
    body(torch.rand(8, 3, 32, 32))
    assert all(torch.equal(value, before[name]) for name, value in body.named_buffers())


def test_first_look_is_at_the_head_that_suits(tmp_path: Path) -> None:
    data = picture_data(tmp_path, 40)
    base = BaseFiles("tiny", "folder", write_tiny_timm(tmp_path / "base"))
    values = {"epochs": 1, "pixels": 32, "batch_size": 16, "learning_rate": 0.9}
    report = FakeReporter(tmp_path / "c")
    params = TASK.params.model_validate(values)
    load_engine(TASK).train(data, params, base, tmp_path, report)
    looks = report.curves["validation/accuracy"]
    assert looks[0][0] == 0
    assert looks[0][1] > 0.6
    model = load_engine(TASK).load(tmp_path)
    right = [
        max(one.labels, key=lambda label, of=one: of.scores[of.labels.index(label)]) == target
        for one, target in zip(
            model.answer(data.validation.inputs), data.validation.targets, strict=True
        )
    ]
    assert sum(right) / len(right) >= looks[0][1] - 0.15  # the model of mirrored answers


def test_small_models_are_not_timed() -> None:
    assert faster_precision(torch.nn.Linear(2, 2), lambda: pytest.fail("timed")) == "fp32"


def test_few_pictures_are_seen_large() -> None:
    sides = [picture_side(0, rows) for rows in (200, 999, 1_000, 60_000)]
    assert sides == [224, 224, 160, 160]
    assert [picture_side(pixels, 200) for pixels in (96, 1)] == [96, 32]


def test_crops_that_are_learned_from_are_smaller_by_whole_steps() -> None:
    asked = [(160, 0.8), (224, 0.8), (160, 1.0), (100, 1.0), (32, 0.5)]
    assert [learned_side(side, share) for side, share in asked] == [128, 192, 160, 100, 32]
