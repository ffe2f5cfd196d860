"""Pictures are varied with their boxes on what they are around, and a detector learns to find a thing."""

import json
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles
from bigmodel.training.detection import finetune, instant, predictor
from bigmodel.training.detection.read import BoxedPictures, Seen, varied
from bigmodel.training.detection.recipe import DetectionParams
from tests.fakes.boxed_pictures import KINDS, SIDE, boxed_data
from tests.fakes.reporter import FakeReporter
from tests.fakes.tiny_vision import write_tiny_timm, write_tiny_vit


def bright(pixels: np.ndarray) -> tuple[int, int, int, int]:  # type: ignore[type-arg]
    """Return the box around what is brightest."""
    light = pixels.mean(axis=2)
    down, across = np.nonzero(light > 0.8 * light.max())
    return across.min(), down.min(), across.max() + 1, down.max() + 1


@pytest.mark.parametrize("seed", range(12))
def test_boxes_stay_on_what_they_are_around(seed: int) -> None:
    pixels = np.full((40, 64, 3), 20, np.uint8)
    pixels[10:30, 20:44] = 250
    seen = Seen(pixels, np.array([[20, 10, 44, 30]], np.float32), np.array([1]))
    made = varied(seen, 64, 0.5, np.random.default_rng(seed))
    assert made.pixels.shape == (64, 64, 3)
    assert np.allclose(made.boxes[0], bright(made.pixels), atol=1.6)
    assert made.labels.tolist() == [1]


def test_a_box_that_is_cut_away_goes() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    seen = Seen(pixels, np.array([[0, 0, 64, 64], [0, 0, 3, 3]], np.float32), np.array([0, 1]))
    kept = [varied(seen, 64, 1.0, np.random.default_rng(n)).labels.tolist() for n in range(20)]
    assert [0] in kept


def test_pictures_are_scaled_with_their_boxes(tmp_path: Path) -> None:
    rows = boxed_data(tmp_path, 10).train
    small, large = (BoxedPictures(rows, KINDS, side).get(0) for side in (SIDE, 2 * SIDE))
    assert np.allclose(2 * small.boxes, large.boxes)
    assert large.pixels.shape == (2 * SIDE, 2 * SIDE, 3)


def test_baseline_is_the_median_box(tmp_path: Path) -> None:
    data = boxed_data(tmp_path / "data", 40)
    instant.train(data, tmp_path, FakeReporter(tmp_path))
    record = json.loads((tmp_path / "instant.json").read_text("utf-8"))
    assert {box[4] for box in record["boxes"]} == set(KINDS)
    [found] = instant.load(tmp_path).answer(data.test.inputs[:1])
    assert found.size == (SIDE, SIDE)
    assert found.shown


def test_nothing_to_learn_is_said(tmp_path: Path) -> None:
    nothing = '{"size": [64, 64], "boxes": []}'
    rows = boxed_data(tmp_path, 20).train
    data = TaskData(Rows(rows.ids, rows.inputs, [nothing] * len(rows)), Rows(), Rows())
    report, base = FakeReporter(tmp_path), BaseFiles("tiny", "folder", tmp_path)
    with pytest.raises(TrainingError, match="boxes_none_to_learn"):
        instant.train(data, tmp_path, report)
    with pytest.raises(TrainingError, match="boxes_none_to_learn"):
        finetune.train(data, DetectionParams(), base, tmp_path, report)


def test_bases_without_maps_are_refused(tmp_path: Path) -> None:
    base = BaseFiles("tiny", "folder", write_tiny_vit(tmp_path / "vit"))
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        finetune.make_net(base, 1, 64)


@pytest.mark.slow
def test_a_detector_learns_to_find_things(tmp_path: Path) -> None:
    data = boxed_data(tmp_path / "data", 60)
    base = BaseFiles("tiny", "folder", write_tiny_timm(tmp_path / "timm"))
    report = FakeReporter(tmp_path / "c")
    params = DetectionParams(
        epochs=25, pixels=64, learning_rate=4e-3, averaging=0.8, augmentation_strength=0.2
    )
    finetune.train(data, params, base, tmp_path, report)
    best = max(value for _, value in report.curves["validation/map_50"])
    assert best > 0.5
    found = predictor.load(tmp_path).answer(data.validation.inputs)
    assert all(0 <= side <= SIDE + 0.01 for one in found for box in one.boxes for side in box[:4])
