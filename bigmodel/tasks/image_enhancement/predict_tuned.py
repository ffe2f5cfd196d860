"""Makes pictures sharper or cleaner with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png --out better

Or in Python: `Model().predict(["photo.jpg"])`, which returns arrays (height, width, 3).
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file

from bigmodel.training.enhancement.net import EnhancerSize, enhanced, make_net
from bigmodel.training.enhancement.plain import Pixels, enlarged, noise_of
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
        size = EnhancerSize.from_json(record["net"])
        self._scale, self._limit = size.scale, record["limit"]
        self._net = make_net(size)
        self._net.load_state_dict(load_file(folder / "model.safetensors"))
        self._net.eval()

    def show(self, path: str) -> str:
        """Return an enhanced picture as HTML."""
        [made] = self.predict([path])
        return drawn_picture(made)

    def predict(self, paths: Sequence[str]) -> list[Pixels]:
        """Return each picture, sharper or cleaner."""
        return [self._one(path) for path in paths]

    def _one(self, path: str) -> Pixels:
        given = read_upright(path, MOST_SIDE // self._scale)
        plain = enlarged(given, self._scale)
        if self._limit is not None and noise_of(given) > self._limit:
            return plain
        return enhanced(self._net, given, plain, self._scale, "cpu")


def main() -> int:
    """Answer the files of the command line."""
    return answer_pictures(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
