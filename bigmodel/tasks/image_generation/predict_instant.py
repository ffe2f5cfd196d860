"""Makes pictures with the model beside this file; it needs numpy, pillow and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a class"
    python predict.py --count 8 --seed 7 --out pictures "a class" "another class"

Without a class it makes some of each. Each file carries a note that a model made it. Or in Python: `Model().make("a class")`.
"""

from pathlib import Path

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.gaussian import load_gaussians
from bigmodel.training.standalone.made import PictureMaker, answer_classes


class Model(PictureMaker):
    """A Gaussian for each class; guidance and steps change nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        self._gaussians, self.labels, _ = load_gaussians(folder)

    def drawn(
        self,
        classes: list[int],
        seeds: list[tuple[int, int]],
        guidance: float,  # noqa: ARG002 - of other models
        steps: int,  # noqa: ARG002
    ) -> Squares:
        """Return a picture of each class, all chance from its seeds."""
        *_, made = self._gaussians.stages(classes, seeds)
        return made


if __name__ == "__main__":
    answer_classes(Model, "Make pictures with this model.")
