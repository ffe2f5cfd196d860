"""Makes pictures with the network beside this file (rectified flow); it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a class"
    python predict.py --count 8 --seed 7 --guidance 3 --steps 20 --out pictures "a class"

Without a class it makes some of each. Each file carries a note that a model made it. Or in Python: `Model().make("a class")`.
"""

import json
from pathlib import Path

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.drawing import flow_drawn
from bigmodel.training.generation.net import Body
from bigmodel.training.standalone.made import PictureMaker, answer_classes


class Model(PictureMaker):
    """A trained network that says where noise has to move."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "flow.json").read_text("utf-8"))
        self.labels = record["labels"]
        self._side: int = record["side"]
        self._nothing: int = record["net"]["classes"]
        self._body = Body(folder)

    def drawn(
        self,
        classes: list[int],
        seeds: list[tuple[int, int]],
        guidance: float,
        steps: int,
    ) -> Squares:
        """Return a picture of each class, all chance from its seeds."""
        how = {"nothing": self._nothing, "guidance": guidance, "steps": steps}
        *_, made = flow_drawn(self._body, classes, seeds, self._side, **how)  # type: ignore[arg-type]
        return made


if __name__ == "__main__":
    answer_classes(Model, "Make pictures with this model.")
