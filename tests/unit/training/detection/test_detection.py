"""Pictures are varied with their boxes on what they are around, and a detector learns to find a thing."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from bigmodel.core.datasets.boxes import Box, Boxed
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles
from bigmodel.training.detection import decoding, finetune, instant, predictor
from bigmodel.training.detection.net import Detector
from bigmodel.training.detection.read import BoxedPictures, Seen, cut_out, varied
from bigmodel.training.detection.recipe import DetectionParams
from bigmodel.training.images.mirroring import settled
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


def test_kinds_that_are_each_other_in_the_mirror_are_told_and_not_mirrored(tmp_path: Path) -> None:
    dice, cells = np.random.default_rng(0), []
    for row in range(90):
        pixels = dice.integers(0, 60, (48, 48, 3), np.uint8)
        start = 11 + 20 * (
            row % 2
        )  # the bright bar is at the left or at the right of what the box is around
        pixels[12:36, start : start + 4] = 220
        Image.fromarray(pixels).save(tmp_path / f"{row}.png")
        cells.append(Boxed((48, 48), (Box(8, 8, 38, 40, KINDS[row % 2]),)).to_cell())
    paths = [str(tmp_path / f"{row}.png") for row in range(90)]
    rows = Rows([str(row) for row in range(90)], paths, cells)
    squares, kinds = cut_out(BoxedPictures(rows, KINDS, 48), 90)
    report = FakeReporter(tmp_path)
    assert settled(DetectionParams(), squares, kinds, report).mirrored == "no"
    assert report.notes == ["training.note.not_mirrored_judged"]
    seen = BoxedPictures(rows, KINDS, 48).get(0)
    lies = [
        [
            varied(seen, 48, 0.1, np.random.default_rng(n), is_mirrored=how).boxes[0, 0]
            for n in range(9)
        ]
        for how in (False, True)
    ]
    assert np.std(lies[0]) < np.std(lies[1])


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


def raw_of(net: Detector, pictures: int = 2) -> dict[str, torch.Tensor]:
    """Return answers as of a detector that is sure of some places."""
    torch.manual_seed(1)
    places = sum(count * count for count in decoding.map_sides(net.size.side))
    shapes = {"cls_logits": net.size.kinds, "bbox_regression": 4, "bbox_ctrness": 1}
    raw = {name: torch.randn(pictures, places, width) for name, width in shapes.items()}
    return raw | {"bbox_regression": 3 * raw["bbox_regression"].abs()}


def test_boxes_are_those_of_fcos_but_for_votes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = BaseFiles("tiny", "folder", write_tiny_timm(tmp_path / "timm"))
    net = finetune.make_net(base, 2, 96)
    raw, fcos = raw_of(net), net.fcos
    fcos.score_thresh, fcos.nms_thresh, fcos.topk_candidates = 0.05, 0.5, 400
    places, levels = net._places(raw["cls_logits"])
    parts = {name: list(torch.split(value, levels, dim=1)) for name, value in raw.items()}
    split = [list(torch.split(places, levels))] * 2
    expected = fcos.postprocess_detections(parts, split, [(96, 96)] * 2)
    monkeypatch.setattr(decoding, "VOTING", 1.0)
    for one, (boxes, scores, labels) in zip(expected, net.boxes(raw), strict=True):
        assert len(scores) > 20
        assert np.allclose(one["scores"], scores, atol=1e-5)
        assert np.allclose(one["boxes"], boxes, atol=1e-3)
        assert one["labels"].tolist() == labels.tolist()


def test_a_box_lies_where_those_around_it_say() -> None:
    boxes = np.array([[0, 0, 10, 10], [2, 0, 12, 10], [40, 40, 50, 50]], np.float32)
    scores, labels = np.array([0.8, 0.4, 0.6], np.float32), np.array([0, 0, 0])
    made, sure, _ = decoding._voted(boxes, scores, labels)
    assert sure.tolist() == pytest.approx([0.8, 0.6])
    assert made[0].tolist() == pytest.approx([0.8 / 1.2, 0, 10 + 0.8 / 1.2, 10])
    made, sure, _ = decoding._voted(boxes, scores, np.array([0, 1, 0]))
    assert len(sure) == 3
    assert made[0].tolist() == [0, 0, 10, 10]


def test_sides_begin_at_the_size_of_boxes(tmp_path: Path) -> None:
    base = BaseFiles("tiny", "folder", write_tiny_timm(tmp_path / "timm"))
    net = finetune.make_net(base, 2, 64)
    with torch.inference_mode():
        raw = net(torch.rand(1, 3, 64, 64))
    assert raw["bbox_regression"].mean().item() == pytest.approx(4, abs=1)


@pytest.mark.slow
def test_a_detector_learns_to_find_things(tmp_path: Path) -> None:
    data = boxed_data(tmp_path / "data", 60)
    base = BaseFiles("tiny", "folder", write_tiny_timm(tmp_path / "timm"))
    report = FakeReporter(tmp_path / "c")
    params = DetectionParams(
        epochs=14, pixels=64, learning_rate=4e-3, averaging=0.8, augmentation_strength=0.2
    )
    finetune.train(data, params, base, tmp_path, report)
    best = max(value for _, value in report.curves["validation/map_50"])
    assert best > 0.5
    found = predictor.load(tmp_path).answer(data.validation.inputs)
    assert all(0 <= side <= SIDE + 0.01 for one in found for box in one.boxes for side in box[:4])
