"""The command line of programs that find objects in pictures, and how they draw an answer; it is written into each of them."""

import json
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from bigmodel.core.results.boxed import boxed_picture
from bigmodel.data.ground import flat
from bigmodel.training.standalone.console import files_asked

SHOWN_SIDE = 768
FoundBox = tuple[
    float, float, float, float, str, float
]  # left, top, right, bottom, kind, certainty


def read_upright(path: str) -> tuple[Image.Image, tuple[int, int]]:
    """Return a picture, upright and not larger than it is shown, and the size of its file when it is turned upright."""
    with Image.open(path) as file:
        picture = flat(ImageOps.exif_transpose(file))
    size = picture.size
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return picture, size


def counts_of(found: Sequence[FoundBox]) -> str:
    """Return how many of each kind there are, in one line."""
    counts = Counter(box[4] for box in found)
    return " · ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "–"


def drawn_boxes(path: str, found: Sequence[FoundBox], kinds: Sequence[str]) -> str:
    """Return an answer as HTML: the counts, and the picture with its boxes."""
    picture, size = read_upright(path)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    jpeg, said = b64encode(buffer.getvalue()).decode(), counts_of(found)
    names = [f"{box[4]} {100 * box[5]:.1f} %" for box in found]
    shown = boxed_picture(size, jpeg, found, names, kinds, said)
    return f'<div class="bm-lead" data-testid="answer">{escape(said)}</div>{shown}'


def answer_boxes(make: Any) -> None:
    """Print what the model that `make` loads finds in each file of the command line."""
    args = files_asked("Find objects in pictures with this model.")
    for path, found in zip(args.paths, make().predict(args.paths), strict=True):
        sys.stdout.write(boxes_line(path, found, as_json=args.json) + "\n")


def boxes_line(path: str, found: Sequence[FoundBox], *, as_json: bool) -> str:
    """Return the answer to one file as a line for people, or as JSON."""
    if not as_json:
        return f"{counts_of(found)}\t{path}"
    boxes = [{"kind": box[4], "box": list(box[:4]), "certainty": box[5]} for box in found]
    return json.dumps({"file": path, "boxes": boxes}, ensure_ascii=False)
