"""A downloaded program reads pictures as the app does: on the same ground, of 8 bits, upright."""

import json
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from bigmodel.data.media.images import open_picture
from bigmodel.services.results.standalone import assemble
from bigmodel.tasks.image_enhancement import spec
from bigmodel.training.enhancement.net import EnhancerSize, make_net
from bigmodel.training.enhancement.plain import enlarged
from bigmodel.training.enhancement.predictor import Wisdom, load, save
from bigmodel.training.enhancement.tiling import TILE

TOP = np.tile(np.linspace(0, 1, 40), (30, 1))


def see_through(path: Path) -> None:
    colours = np.full((30, 40, 4), (200, 40, 40, 255), np.uint8)
    colours[:, :, 3] = (255 * TOP).astype(np.uint8)
    Image.fromarray(colours).save(path)


def light_on_nothing(path: Path) -> None:
    colours = np.full((30, 40, 4), 250, np.uint8)
    colours[:15, :, 3] = 0
    Image.fromarray(colours).save(path)


def deep(path: Path) -> None:
    Image.fromarray((4_000 * TOP).astype(np.uint16)).save(path)


def measured(path: Path) -> None:
    Image.fromarray((3.5 * TOP - 1).astype(np.float32)).save(path.with_suffix(".tif"))
    path.with_suffix(".tif").rename(path)


def palette(path: Path) -> None:
    Image.fromarray((255 * TOP).astype(np.uint8)).quantize(16).save(path, transparency=3)


def turned(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray((255 * TOP).astype(np.uint8)).convert("RGB").save(path, exif=exif)


def large(path: Path) -> None:
    Image.fromarray((255 * TOP).astype(np.uint8)).convert("CMYK").resize((3000, 700)).save(path, "JPEG")  # fmt: skip


def program_of(name: str, folder: Path) -> Any:
    """Return a program as it is written out, loaded from its file alone."""
    place = folder / "predict.py"
    place.write_text(assemble(spec.TASK.folder / name), "utf-8")
    assert "bigmodel" not in {line.split()[1].split(".")[0] for line in place.read_text("utf-8").splitlines() if line.startswith(("from ", "import "))}  # fmt: skip
    found = spec_from_file_location("predict_apart", place)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "write", [see_through, light_on_nothing, deep, measured, palette, turned, large]
)
def test_pictures_are_read_as_the_app_reads_them(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    place = tmp_path / "given.png"
    write(place)
    (tmp_path / "instant.json").write_text(json.dumps({"scale": 2}), "utf-8")
    program = program_of("predict_instant.py", tmp_path)
    for longest in (2048, 20):
        mine = np.asarray(open_picture(place, longest))
        assert np.array_equal(program.read_upright(str(place), longest), mine)
    [made] = program.Model(tmp_path).predict([str(place)])
    assert np.array_equal(made, enlarged(np.asarray(open_picture(place, 2048)), 2))


def test_a_network_answers_a_picture_like_the_app(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = make_net(EnhancerSize(2, 12, 8)).eval()
    for weights in net.parameters():
        torch.nn.init.normal_(weights, std=0.05)
    save(tmp_path, net, Wisdom(0.0))
    Image.fromarray((255 * TOP).astype(np.uint8)).resize((TILE + 60, 40)).save(tmp_path / "a.png")
    [made] = program_of("predict_tuned.py", tmp_path).Model(tmp_path).predict([str(tmp_path / "a.png")])  # fmt: skip
    [mine] = load(tmp_path).answer([str(tmp_path / "a.png")])
    off = np.abs(np.asarray(Image.open(BytesIO(mine.picture))).astype(int) - made)
    assert off.max() <= 1  # a GPU may round otherwise
