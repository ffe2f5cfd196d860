"""Detectors of Transformers are bases: each family takes new kinds, learns by its own loss, and is found again on disk."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from bigmodel.answers.boxes import ANSWER
from bigmodel.base_models.check import check_folder
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks, get_task
from bigmodel.tasks.object_detection.engine import ENGINE
from bigmodel.training.detection import finetune, predictor
from bigmodel.training.detection.queries.net import QueryDetector
from bigmodel.training.detection.recipe import DetectionParams
from bigmodel.training.portable import TOLERANCE
from tests.fakes.boxed_pictures import KINDS, SIDE, boxed_data
from tests.fakes.hub import FakeHub, serving
from tests.fakes.program import load_program
from tests.fakes.reporter import FakeReporter
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.tiny_detectors import FAMILIES, write_tiny_detector
from tests.patience import PATIENCE_S

PROGRAM = get_task("object_detection").folder / "predict_queries.py"
TARGETS = [
    {"boxes": torch.tensor([[8.0, 8, 40, 32]]), "labels": torch.tensor([1])},
    {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)},  # nothing is there
]


def base_of(folder: Path, family: str = "conditional_detr") -> BaseFiles:
    return BaseFiles("tiny", "folder", write_tiny_detector(folder, family))


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_learns_new_kinds_and_is_found_again(family: str, tmp_path: Path) -> None:
    base = base_of(tmp_path / "base", family)
    assert check_folder(base.folder).finds
    net = finetune.make_net(base, len(KINDS), SIDE)
    assert isinstance(net, QueryDetector)
    torch.manual_seed(3)
    pictures = torch.rand(2, 3, SIDE, SIDE)
    raw = net.train()(pictures, TARGETS)
    net.losses(raw, TARGETS).backward()
    rates = net.rate_scales()
    new = [parameter for parameter in net.parameters() if parameter not in rates]
    assert new
    assert all(parameter.shape[0] in (2, 3, 32) for parameter in new)
    assert any(parameter.grad is not None and bool(parameter.grad.any()) for parameter in new)
    with torch.inference_mode():
        expected = net.eval()(pictures)
        net.save(tmp_path, KINDS, 0.4)
        found = predictor.load(tmp_path)
        again = found._net(pictures)
    assert found.labels == KINDS
    for name in net.maps:
        assert torch.allclose(expected[name], again[name], atol=1e-5)
    assert json.loads((tmp_path / "config.json").read_text("utf-8"))["id2label"] == {
        "0": "bar",
        "1": "square",
    }


def test_lowest_layers_are_kept(tmp_path: Path) -> None:
    net = finetune.make_net(base_of(tmp_path), 2, SIDE)
    net.freeze(3)
    kept = {name for name, p in net.named_parameters() if not p.requires_grad}
    places = ("embedder", "stages.0", "stages.1", "stages.2", "stages.3")
    assert [any(place in name for name in kept) for place in places] == [True] * 3 + [False] * 2


@pytest.mark.parametrize("change", ["missing", "reshaped", "deeper", "huge"])
def test_weights_that_do_not_suit_are_refused(change: str, tmp_path: Path) -> None:
    base = base_of(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    weights = load_file(tmp_path / "model.safetensors")
    name = next(name for name in weights if name.startswith("bbox_predictor"))
    if change == "missing":
        del weights[name]
    config |= {"deeper": {"decoder_layers": 3}, "huge": {"encoder_ffn_dim": 500_000}}.get(
        change, {}
    )
    if change == "reshaped":
        weights[name] = torch.zeros(3, 3)
    save_file(weights, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelError, match="base_cannot_be_loaded") as caught:
        finetune.make_net(base, 2, SIDE)
    assert "config.json" in str(caught.value.args_of_words["reason"])


def test_a_trained_model_of_a_stranger_takes_no_more_room_than_its_weights(tmp_path: Path) -> None:
    finetune.make_net(base_of(tmp_path / "base"), 2, SIDE).save(tmp_path, KINDS, 0.4)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text("utf-8")) | {"encoder_ffn_dim": 500_000}
    path.write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelError, match=r"config\.json names larger sizes"):
        predictor.load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"backbone": "hf-hub:somebody/body"},
        {"backbone_config": {"model_type": "llama"}},
        {"backbone_kwargs": {"checkpoint_path": "body.pth"}},
    ],
)
def test_a_body_from_elsewhere_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    write_tiny_detector(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ModelError, match=r"model_(path_outside|family_unknown)"):
        check_folder(tmp_path)


@pytest.fixture
def by_heart(tmp_path: Path) -> tuple[Path, TaskData]:
    """Return a detector that has seen few pictures often, and these."""
    data = boxed_data(tmp_path / "data", 20)
    params = DetectionParams(
        epochs=40, pixels=64, batch_size=4, learning_rate=0.1, averaging=0, augmentation_strength=0
    )
    base = base_of(tmp_path / "base", "yolos")
    finetune.train(data, params, base, tmp_path, FakeReporter(tmp_path / "c"))
    return tmp_path, data


def test_a_base_learns_boxes_by_heart_and_its_program_and_onnx_find_the_same(
    by_heart: tuple[Path, TaskData], tmp_path: Path
) -> None:
    folder, data = by_heart
    found = predictor.load(folder).answer(data.train.inputs)
    assert ANSWER.headline(data.train.targets, found, KINDS)["map_50"] > 0.7
    [told] = load_program(PROGRAM).Model(folder).predict(data.train.inputs[:1])
    assert [(*box[:5],) for box in told] == [
        (*map(pytest.approx, box[:4]), box.kind) for box, _ in found[0].shown
    ]
    (tmp_path / "onnx").mkdir()
    assert ENGINE.write_onnx(folder, tmp_path / "onnx") < TOLERANCE


def test_a_training_that_draws_noise_goes_on_bit_for_bit(tmp_path: Path) -> None:
    data = boxed_data(tmp_path / "data", 20)
    base = base_of(tmp_path / "base", "rt_detr")
    params = DetectionParams(epochs=2, pixels=64, batch_size=8)
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


def test_a_detector_of_a_hub_is_offered_for_finding_alone(tmp_path: Path) -> None:
    model = write_tiny_detector(tmp_path / "hub", "d_fine")
    with serving(FakeHub({"some/finder": model})) as hub:
        settings = Settings(home=tmp_path / "home", hub_url=hub.url, hub_s=PATIENCE_S)
        settings.make_folders()
        service = BaseModelService(settings, ScratchStore())
        base = service.fetch("somebody", "some/finder")
    assert service.is_ready(base)
    offered = {name for name in find_tasks() if base in service.all("somebody", get_task(name))}
    assert offered == {"object_detection"}
    folder = service.folder(base)
    assert isinstance(
        finetune.make_net(BaseFiles(base.name, base.kind, folder), 2, SIDE), QueryDetector
    )
