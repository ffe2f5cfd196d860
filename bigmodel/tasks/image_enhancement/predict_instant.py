"""Enlarges pictures plainly (bicubic), as the model beside this file does; it needs pillow and numpy, and never the network.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png --out larger

Or in Python: `Model().predict(["photo.jpg"])`, which returns arrays (height, width, 3).
"""

import json
from collections.abc import Sequence
from pathlib import Path

from bigmodel.training.enhancement.plain import Pixels, enlarged
from bigmodel.training.standalone.enhanced import (
    MOST_SIDE,
    answer_pictures,
    drawn_picture,
    read_upright,
)


class Model:
    """Plain enlarging."""

    labels: tuple[str, ...] = ()

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        self._scale: int = json.loads((folder / "instant.json").read_text("utf-8"))["scale"]

    def show(self, path: str) -> str:
        """Return an enlarged picture as HTML."""
        [made] = self.predict([path])
        return drawn_picture(made)

    def predict(self, paths: Sequence[str]) -> list[Pixels]:
        """Return each picture enlarged."""
        longest = MOST_SIDE // self._scale
        return [enlarged(read_upright(path, longest), self._scale) for path in paths]


if __name__ == "__main__":
    answer_pictures(Model)
