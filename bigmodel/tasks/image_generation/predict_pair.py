"""Makes pictures with the generator beside this file (of an adversarial pair); it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a class"
    python predict.py --count 8 --seed 7 --out pictures "a class"

Without a class it makes some of each. Each file carries a note that a model made it. Or in Python: `Model().make("a class")`.
"""

import json
from pathlib import Path

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.drawing import pair_drawn
from bigmodel.training.generation.pair_net import NOISE, Body
from bigmodel.training.standalone.made import PictureMaker, answer_classes


class Model(PictureMaker):
    """A trained generator; guidance and steps change nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "pair.json").read_text("utf-8"))
        self.labels = record["labels"]
        self._body = Body(folder)

    def drawn(
        self,
        classes: list[int],
        seeds: list[tuple[int, int]],
        guidance: float,  # noqa: ARG002 - of other models
        steps: int,  # noqa: ARG002
    ) -> Squares:
        """Return a picture of each class, all chance from its seeds."""
        return pair_drawn(self._body, classes, seeds, NOISE)


if __name__ == "__main__":
    answer_classes(Model, "Make pictures with this model.")
