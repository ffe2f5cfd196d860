"""Makes pictures sharper or cleaner with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png --out better

Or in Python: `Model().predict(["photo.jpg"])`, which returns arrays (height, width, 3).
"""

import json
from collections.abc import Sequence
from pathlib import Path

from bigmodel.training.enhancement.alone import Body
from bigmodel.training.enhancement.net import EnhancerSize
from bigmodel.training.enhancement.plain import Pixels, enlarged, noise_of
from bigmodel.training.enhancement.tiling import tiled
from bigmodel.training.standalone.enhanced import (
    MOST_SIDE,
    answer_pictures,
    drawn_picture,
    read_upright,
)


class Model:
    """A trained network; pictures noisier than it was found to help with are enlarged plainly."""

    labels: tuple[str, ...] = ()

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "enhancer.json").read_text("utf-8"))
        self._size, self._limit = EnhancerSize.from_json(record["net"]), record["limit"]
        self._body = Body(folder)

    def show(self, path: str) -> str:
        """Return an enhanced picture as HTML."""
        [made] = self.predict([path])
        return drawn_picture(made)

    def predict(self, paths: Sequence[str]) -> list[Pixels]:
        """Return each picture, sharper or cleaner."""
        return [self._one(path) for path in paths]

    def _one(self, path: str) -> Pixels:
        scale = self._size.scale
        given = read_upright(path, MOST_SIDE // scale)
        plain = enlarged(given, scale)
        if self._limit is not None and noise_of(given) > self._limit:
            return plain
        *_, (_, made) = tiled(self._body, given, plain, scale, self._size.around)
        return made


if __name__ == "__main__":
    answer_pictures(Model)
