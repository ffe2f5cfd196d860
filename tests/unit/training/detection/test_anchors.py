"""Detectors of torchvision are bases by their weights alone: they are told by their names and shapes, learn new kinds, and are found again."""

import json
import re
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from bigmodel.base_models import shelf
from bigmodel.base_models.folder import import_path
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.settings import Settings
from bigmodel.tasks import get_task
from bigmodel.tasks.object_detection.engine import ENGINE
from bigmodel.training.detection import finetune, predictor
from bigmodel.training.detection.anchors.bare import renamed
from bigmodel.training.detection.anchors.net import AnchorDetector
from bigmodel.training.detection.recipe import DetectionParams
from tests.fakes.boxed_pictures import KINDS, SIDE, boxed_data
from tests.fakes.program import load_program
from tests.fakes.reporter import FakeReporter
from tests.fakes.tiny_anchors import FAMILIES, RETINA, tiny_anchors, write_tiny_anchors

PROGRAM = get_task("object_detection").folder / "predict_anchors.py"


def base_of(settings: Settings, path: Path) -> BaseFiles:
    base = import_path(path, settings)
    assert base.finds
    return BaseFiles(base.name, "folder", shelf.find(settings.bases, base.name))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_state_dict_is_a_base_that_learns_pauses_and_answers_alike_in_its_program(
    family: str, settings: Settings, tmp_path: Path
) -> None:
    given = write_tiny_anchors(tmp_path / "own", family)
    base = base_of(settings, given)
    net = finetune.make_net(base, len(KINDS), SIDE)
    assert isinstance(net, AnchorDetector)
    whole, kept = tiny_anchors(family).state_dict(), net.inner.net.state_dict()
    changed = (
        {name for name in kept if not torch.equal(kept[name], whole[name])}
        if len(kept) == len(whole)
        else set()
    )
    assert changed
    assert all(re.search("box_predictor|cls_logits", name) for name in changed)
    data = boxed_data(tmp_path / "data", 12)
    params = DetectionParams(epochs=2, pixels=64, batch_size=4)
    paused = FakeReporter(tmp_path / "b", stop_at=2)
    with pytest.raises(StopRequested):
        finetune.train(data, params, base, tmp_path, paused)
    weights = []
    for name, resume in (("straight", None), ("resumed", paused.checkpoints[-1])):
        (tmp_path / name).mkdir()
        report = FakeReporter(tmp_path / f"c-{name}", resume=resume)
        finetune.train(data, params, base, tmp_path / name, report)
        weights.append((tmp_path / name / "model.safetensors").read_bytes())
    assert weights[0] == weights[1]
    folder = tmp_path / "straight"
    _show_all(folder)
    [found] = predictor.load(folder).answer(data.train.inputs[:1])
    [told] = load_program(PROGRAM).Model(folder).predict(data.train.inputs[:1])
    assert told
    assert [(*box[:5],) for box in told] == [
        (*map(pytest.approx, box[:4]), box.kind) for box, _ in found.shown
    ]
    with pytest.raises(ModelError, match="onnx_not_offered"):
        ENGINE.write_onnx(folder, tmp_path)


def _show_all(folder: Path) -> None:
    path = folder / "anchors.json"
    record = json.loads(path.read_text("utf-8")) | {"threshold": 0.0}
    path.write_text(json.dumps(record), "utf-8")
    weights = load_file(folder / "model.safetensors")
    for name in weights:
        if name.endswith("cls_logits.bias"):
            weights[name].zero_()  # else it has learned too little to be sure of anything
    save_file(weights, folder / "model.safetensors")


def test_losses_of_held_out_pictures_are_the_same_each_time(
    settings: Settings, tmp_path: Path
) -> None:
    net = finetune.make_net(base_of(settings, write_tiny_anchors(tmp_path / "own")), 2, SIDE)
    targets = [
        {"boxes": torch.tensor([[8.0, 8, 40, 32]]), "labels": torch.tensor([1])},
        {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)},
    ]
    with torch.inference_mode():
        looks = [net.eval()(torch.ones(2, 3, SIDE, SIDE), targets)["loss"] for _ in range(2)]
    assert torch.equal(*looks)


def test_weights_by_names_of_older_releases_come_from_a_zip(
    settings: Settings, tmp_path: Path
) -> None:
    weights = {
        re.sub(r"(fpn\.\w+_blocks\.\d)\.0\.", r"\1.", re.sub(
            r"(_head\.conv)\.(\d)\.0\.", lambda m: f"{m[1]}.{2 * int(m[2])}.", name
        )): value
        for name, value in tiny_anchors(RETINA).state_dict().items()
    }  # fmt: skip
    assert renamed(weights).keys() == tiny_anchors(RETINA).state_dict().keys() != weights.keys()
    save_file(weights, tmp_path / "retina.safetensors")
    with zipfile.ZipFile(tmp_path / "retina.zip", "w") as archive:
        archive.write(tmp_path / "retina.safetensors", "mine/retina.safetensors")
        archive.writestr("mine/notes.txt", "x")
    base = base_of(settings, tmp_path / "retina.zip")
    assert base.folder is not None
    assert {path.name for path in base.folder.iterdir()} == {"config.json", "model.safetensors"}
    finetune.make_net(base, 2, SIDE)


@pytest.mark.parametrize("change", ["missing", "reshaped", "other"])
def test_other_weights_are_refused_and_leave_nothing(
    change: str, settings: Settings, tmp_path: Path
) -> None:
    weights = tiny_anchors(RETINA).state_dict()
    name = "backbone.body.layer2.0.conv1.weight"
    if change == "missing":
        del weights[name]
    if change == "reshaped":
        weights[name] = torch.zeros(3, 3)
    file = tmp_path / "w.safetensors"
    save_file({"head.weight": torch.zeros(2)} if change == "other" else weights, file)
    with pytest.raises(ModelError, match="model_bare_unknown"):
        import_path(file, settings)
    assert list(settings.bases.iterdir()) == []


@pytest.mark.parametrize(("name", "problem"), [("w.pth", "model_pickle"), ("", "model_no_config")])
def test_a_pickle_is_never_opened(
    name: str, problem: str, settings: Settings, tmp_path: Path
) -> None:
    given = tmp_path / "mine"
    given.mkdir()
    torch.save({"head.weight": torch.zeros(2)}, given / "w.pth")
    with pytest.raises(ModelError, match=problem):
        import_path(given / name, settings)


def test_a_trained_model_of_a_stranger_with_other_weights_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    base = base_of(settings, write_tiny_anchors(tmp_path / "own"))
    finetune.make_net(base, 2, SIDE).save(tmp_path, KINDS, 0.4)
    weights = load_file(tmp_path / "model.safetensors")
    name = "backbone.body.layer1.0.conv2.weight"
    weights[name] = weights[name].repeat(64, 1, 1, 1)  # would make room for as many groups
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(ModelError):
        predictor.load(tmp_path)
