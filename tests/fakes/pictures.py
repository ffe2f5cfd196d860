"""Pictures of two kinds that a model can tell apart: stripes that lie and stripes that stand, in chance colours."""

from pathlib import Path

import numpy as np
from PIL import Image

from bigmodel.core.datasets.dataset import Rows, TaskData

SIDE = 40
LABELS = ("lying", "standing")


def picture_data(folder: Path, rows: int = 80, seed: int = 0) -> TaskData:
    """Return train, validation and test rows in the shares 8 : 1 : 1, their pictures as files in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    targets = [LABELS[int(dice.integers(2))] for _ in range(rows)]
    paths = [write_picture(folder / f"{n}.png", target, n) for n, target in enumerate(targets)]
    whole = Rows([f"row-{n}" for n in range(rows)], [str(path) for path in paths], targets)
    first, second = rows * 8 // 10, rows * 9 // 10
    parts = (_part(whole, 0, first), _part(whole, first, second), _part(whole, second, rows))
    return TaskData(*parts, labels=LABELS)


def write_picture(path: Path, target: str, seed: int) -> Path:
    """Write one picture."""
    dice = np.random.default_rng(seed)
    wave = np.sin(np.arange(SIDE) / dice.uniform(1.0, 1.6) + dice.uniform(0, 6))
    stripes = np.broadcast_to(wave, (SIDE, SIDE))
    light = stripes.T if target == "lying" else stripes
    colours = (
        127 + light[:, :, None] * dice.uniform(40, 110, 3) + dice.normal(0, 8, (SIDE, SIDE, 3))
    )
    Image.fromarray(colours.clip(0, 255).astype(np.uint8)).save(path)
    return path


def _part(rows: Rows, start: int, end: int) -> Rows:
    return Rows(rows.ids[start:end], rows.inputs[start:end], rows.targets[start:end])
