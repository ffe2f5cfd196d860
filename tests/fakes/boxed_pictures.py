"""Pictures with a bright square or bar on a dark ground, about the middle, and the boxes around them."""

from pathlib import Path

import numpy as np
from PIL import Image

from bigmodel.core.datasets.boxes import Box, Boxed
from bigmodel.core.datasets.dataset import Rows, TaskData

SIDE = 64
KINDS = ("bar", "square")


def boxed_data(folder: Path, rows: int = 40, seed: int = 0) -> TaskData:
    """Return train, validation and test rows in the shares 8 : 1 : 1, their pictures as files in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    drawn = [write_boxed(folder / f"{number}.png", dice) for number in range(rows)]
    paths = [str(folder / f"{number}.png") for number in range(rows)]
    whole = Rows([f"row-{number}" for number in range(rows)], paths, [d.to_cell() for d in drawn])
    first, second = rows * 8 // 10, rows * 9 // 10
    cuts = ((0, first), (first, second), (second, rows))
    parts = (Rows(whole.ids[a:b], whole.inputs[a:b], whole.targets[a:b]) for a, b in cuts)
    return TaskData(*parts, labels=KINDS)


def write_boxed(path: Path, dice: np.random.Generator) -> Boxed:
    """Write one picture with one object, and return its box."""
    kind = KINDS[int(dice.integers(2))]
    width, height = (36, 14) if kind == "bar" else (26, 26)
    left, top = ((SIDE - length) // 2 + int(dice.integers(-4, 5)) for length in (width, height))
    pixels = dice.normal(60, 6, (SIDE, SIDE, 3))
    pixels[top : top + height, left : left + width] = dice.normal(200, 6, (height, width, 3))
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
    return Boxed((SIDE, SIDE), (Box(left, top, left + width, top + height, kind),))
