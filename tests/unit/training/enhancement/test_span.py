"""Networks in ncnn's files become a folder that a training begins at, at every scale."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from bigmodel.base_models.check import check_folder
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Medium
from bigmodel.training.conversion import span
from bigmodel.training.enhancement.net import SPAN, Enhancer, EnhancerSize, Span, enhanced
from bigmodel.training.enhancement.plain import enlarged
from bigmodel.training.enhancement.pretrained import begun, precision
from bigmodel.training.enhancement.recipe import EnhanceParams

PARAMS = EnhanceParams()


def net_of(scale: int) -> Span:
    torch.manual_seed(scale)
    size = EnhancerSize(scale, span.BLOCKS, span.CHANNELS, SPAN, is_added=False)
    return Span(size)


def ncnn_files(nets: dict[int, Span], *, half: bool = True) -> dict[str, bytes]:
    """Return networks as ncnn lists their layers and stores their numbers."""
    files = {}
    for scale, net in nets.items():
        lines = ["7767517", "9 9", "Input input 0 1 data"]
        numbers = net.mean.numpy().astype(np.float32).tobytes()
        lines.append("MemoryData /Constant_output_0 0 1 c 0=1 1=1 2=3")
        for name, layer in net.named_modules():
            if not isinstance(layer, torch.nn.Conv2d):
                continue
            _first, *rest = name.split(".")
            shown = (
                f"/block_{int(rest[0]) + 1}/{rest[1]}_r/eval_conv/Conv" if rest else f"/{name}/Conv"
            )
            wide, side, count = layer.out_channels, layer.kernel_size[0], layer.weight.numel()
            lines.append(f"Convolution {shown} 1 1 a b 0={wide} 1={side} 4=1 5=1 6={count}")
            values = (
                layer.weight.detach().numpy().astype(np.float16 if half else np.float32).tobytes()
            )
            mark = span.HALF if half else span.WHOLE
            numbers += mark.to_bytes(4, "little") + values + b"\0" * (-len(values) % 4)
            numbers += layer.bias.detach().numpy().tobytes()
        files[f"spanx{scale}_ch48.param"] = "\r\n".join(lines).encode()
        files[f"spanx{scale}_ch48.bin"] = numbers
    return files


@pytest.fixture
def base(tmp_path: Path) -> BaseFiles:
    span.convert(ncnn_files({2: net_of(2), 4: net_of(4)}), tmp_path)
    return BaseFiles("span", "wheel", tmp_path)


def test_both_networks_lie_in_one_checked_folder(base: BaseFiles) -> None:
    assert base.folder
    checked = check_folder(base.folder, is_ours=True)
    assert (checked.family, checked.medium, checked.writes) == ("span", Medium.IMAGE, True)
    weights = load_file(base.folder / "model.safetensors")
    assert {name[:3] for name in weights} == {"x2.", "x4."}


@pytest.mark.parametrize("scale", [2, 4])
def test_a_training_begins_where_its_authors_left_it(base: BaseFiles, scale: int) -> None:
    net = begun(base, scale, PARAMS)
    wanted = net_of(scale).state_dict()
    for name, value in net.state_dict().items():
        assert torch.allclose(value, wanted[name], atol=1e-3), name
    assert precision(net, PARAMS) == "fp32"


@pytest.mark.parametrize("scale", [1, 3])
def test_other_scales_begin_at_the_plain_picture(base: BaseFiles, scale: int) -> None:
    net = begun(base, scale, PARAMS).eval()
    given = np.random.default_rng(0).integers(0, 256, (12, 10, 3)).astype(np.uint8)
    plain = enlarged(given, scale)
    assert np.array_equal(enhanced(net, given, plain, scale, "cpu"), plain)
    wanted = net_of(2).state_dict()["conv_1.weight"]
    assert torch.allclose(net.state_dict()["conv_1.weight"], wanted, atol=1e-3)


def test_whole_numbers_are_read_as_they_are(tmp_path: Path) -> None:
    nets = {2: net_of(2), 4: net_of(4)}
    span.convert(ncnn_files(nets, half=False), tmp_path)
    found = load_file(tmp_path / "model.safetensors")["x4.blocks.5.c3.weight"]
    assert torch.equal(found, nets[4].state_dict()["blocks.5.c3.weight"])


def test_numbers_left_over_are_refused(tmp_path: Path) -> None:
    files = ncnn_files({2: net_of(2), 4: net_of(4)})
    files["spanx2_ch48.bin"] += b"more"
    with pytest.raises(ValueError, match="left over"):
        span.convert(files, tmp_path)
    assert not any(tmp_path.iterdir())


def test_bases_that_do_not_enhance_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "vit"}), "utf-8")
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        begun(BaseFiles("vit", "folder", tmp_path), 2, PARAMS)
    with pytest.raises(ModelError, match="base_has_no_files"):
        begun(BaseFiles("span", "wheel"), 2, PARAMS)


def test_from_scratch_the_settings_say_how_large_it_is() -> None:
    params = EnhanceParams(blocks=3, channels=16)
    net = begun(BaseFiles("scratch", "scratch"), 3, params)
    assert isinstance(net, Enhancer)
    assert net.size == EnhancerSize(3, 3, 16)
    assert precision(net, params) == "auto"
