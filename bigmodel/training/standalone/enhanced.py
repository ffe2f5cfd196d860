"""The command line of programs that make pictures sharper or cleaner, and how they draw an answer; it is written into each of them."""

import json
import sys
from argparse import ArgumentParser
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bigmodel.data.media.images import HEAD_BYTES, is_deep_png, plain_picture
from bigmodel.training.standalone.console import command_line

Pixels = NDArray[np.uint8]  # (height, width, 3)
SHOWN_SIDE, MOST_SIDE = (
    2_048,
    4_096,
)  # pixels of a picture in a page, and of the longer side of an answer


def read_upright(path: str, longest: int) -> Pixels:
    """Return a picture as this app reads it: upright, on a ground, of 8 bits; one with a longer side than is answered is made smaller."""
    with Path(path).open("rb") as file:
        head = file.read(HEAD_BYTES)
    with Image.open(path) as picture:
        return np.asarray(plain_picture(picture, longest, is_deep=is_deep_png(head)))


def drawn_picture(made: Pixels) -> str:
    """Return an answer as HTML: its size, and the picture."""
    picture = Image.fromarray(made)
    said = f"{picture.width} × {picture.height}"
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    address = f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"
    shown = f'<img src="{address}" alt="{said}" style="max-width:100%;height:auto">'
    return f'<div class="bm-lead" data-testid="answer">{said}</div>{shown}'


def answer_pictures(make: Any) -> None:
    """Write what the model that `make` loads makes of each file of the command line beside it, or into `--out`."""
    parser = ArgumentParser(description="Make pictures sharper or cleaner with this model.")
    parser.add_argument("paths", nargs="+", metavar="FILE")
    parser.add_argument("--out", type=Path, help="a folder for the pictures; else they lie beside")
    args = command_line(parser)
    model = make()
    for path in map(Path, args.paths):
        [made] = model.predict([str(path)])
        folder = args.out or path.parent
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f"{path.stem}-enhanced.png"
        Image.fromarray(made).save(place)
        height, width = made.shape[:2]
        told = {"file": str(path), "written": str(place), "width": width, "height": height}
        line = json.dumps(told, ensure_ascii=False) if args.json else str(place)
        sys.stdout.write(line + "\n")
