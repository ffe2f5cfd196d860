"""Pictures of fine stripes, whose edges plain enlarging blurs, as clear photos or as pairs."""

from pathlib import Path

import numpy as np
from PIL import Image

from bigmodel.core.datasets.dataset import Rows, TaskData

SIDE, DRAWN_AT = 48, 4


def clear_data(folder: Path, rows: int = 40, seed: int = 0, side: int = SIDE) -> TaskData:
    """Return clear pictures as train, validation and test rows in the shares 8 : 1 : 1; each is its own target."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    paths = [str(write_clear(folder / f"{number}.png", dice, side)) for number in range(rows)]
    whole = Rows([f"row-{number}" for number in range(rows)], paths, paths)
    first, second = rows * 8 // 10, rows * 9 // 10
    cuts = ((0, first), (first, second), (second, rows))
    parts = (Rows(whole.ids[a:b], whole.inputs[a:b], whole.targets[a:b]) for a, b in cuts)
    return TaskData(*parts)


def write_clear(path: Path, dice: np.random.Generator, side: int = SIDE) -> Path:
    """Write one picture of stripes, drawn larger and made smaller as lenses do."""
    large = DRAWN_AT * side
    down, across = np.mgrid[:large, :large]
    angle, width = dice.uniform(0, np.pi), DRAWN_AT * dice.integers(3, 7)
    place = (down * np.cos(angle) + across * np.sin(angle)) // width % 2
    colours = dice.integers(20, 236, (2, 3))
    drawn = Image.fromarray(colours[place.astype(int)].astype(np.uint8))
    drawn.resize((side, side), Image.Resampling.LANCZOS).save(path)
    return path
