"""A picture is flattened alike in the app and in programs that go along with a model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bigmodel.data.media.images import open_picture
from bigmodel.training.standalone.boxes import read_upright
from bigmodel.training.standalone.pictures import read_square

SIDE = 32


def dark_on_nothing() -> Image.Image:
    """Return a dark square on what is transparent: black there, if transparency is forgotten."""
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[8:24, 8:24] = (90, 20, 20, 255)
    return Image.fromarray(pixels)


def light_on_nothing() -> Image.Image:
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[8:24, 8:24] = (250, 250, 250, 255)
    return Image.fromarray(pixels)


def deep() -> Image.Image:
    return Image.fromarray((np.arange(SIDE * SIDE).reshape(SIDE, SIDE) * 60).astype(np.uint16))


MADE: list[Callable[[], Image.Image]] = [
    dark_on_nothing,
    light_on_nothing,
    lambda: dark_on_nothing().convert("LA"),
    lambda: dark_on_nothing().quantize(8),
    deep,
]


@pytest.mark.parametrize("made", MADE)
def test_programs_see_what_the_app_sees(tmp_path: Path, made: Callable[[], Image.Image]) -> None:
    path = tmp_path / "a.png"
    made().save(path)
    seen = np.asarray(open_picture(path)).astype(int)
    alone, _ = read_upright(str(path))
    assert np.abs(np.asarray(alone).astype(int) - seen).max() <= 1
    assert np.abs(read_square(str(path), SIDE).astype(int) - seen).max() <= 1


def test_nothing_is_white(tmp_path: Path) -> None:
    dark_on_nothing().save(tmp_path / "a.png")
    assert read_square(str(tmp_path / "a.png"), SIDE)[0, 0].tolist() == [255, 255, 255]
