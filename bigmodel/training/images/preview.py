"""Draws how a few pictures are varied while learning, one row each: as it is, then as some epochs see it.

Run as a child, because it loads torch: `python -m bigmodel.training.images.preview REQUEST SHEET`. REQUEST is a JSON
file with the paths of pictures and the settings of the training; SHEET is the JPEG it writes.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from bigmodel.training.images.augment import augment, mix, plain
from bigmodel.training.images.read import read_inputs
from bigmodel.training.images.recipe import ImageParams

SIDE = 96  # of one picture on the sheet
EPOCHS = 5
GAP = 4


def draw(paths: Sequence[str], settings: Mapping[str, Any]) -> Image.Image:
    """Return the sheet."""
    params = ImageParams.model_validate(dict(settings))
    rows = list(range(len(paths)))
    squares = read_inputs(paths, SIDE)
    shares = torch.eye(len(paths))
    columns = [plain(squares, SIDE)]
    for epoch in range(EPOCHS):
        varied = augment(squares, params, rows, epoch, SIDE)
        columns.append(mix(varied, shares, params, rows, epoch).pictures)
    pitch = SIDE + GAP
    sheet = Image.new("RGB", (pitch * len(columns) - GAP, pitch * len(rows) - GAP), "white")
    for across, column in enumerate(columns):
        for down, picture in enumerate(column):
            pixels = (picture.clamp(0, 1) * 255).permute(1, 2, 0).numpy().astype(np.uint8)
            sheet.paste(Image.fromarray(pixels), (pitch * across, pitch * down))
    return sheet


def _start() -> None:
    request = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    draw(request["paths"], request["params"]).save(sys.argv[2], "JPEG", quality=85)


if __name__ == "__main__":
    _start()
