"""Makes pictures with the model beside this file; it needs numpy, pillow and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a class"
    python predict.py --count 8 --seed 7 --out pictures "a class" "another class"

Without a class it makes some of each. Each file carries a note that a model made it. Or in Python: `Model().make("a class")`.
"""

import sys
from pathlib import Path

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.gaussian import load_gaussians
from bigmodel.training.standalone.made import (
    COUNT,
    GUIDANCE,
    SEED,
    STEPS,
    answer_classes,
    classes_of,
    drawn_pictures,
)


class Model:
    """A Gaussian for each class; guidance and steps change nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        self._gaussians, self.labels, _ = load_gaussians(folder)

    def show(self, asked: str) -> str:
        """Return pictures of a class as HTML."""
        return drawn_pictures(asked, self.make(asked))

    def make(
        self,
        asked: str = "",
        *,
        count: int = COUNT,
        seed: int = SEED,
        guidance: float = GUIDANCE,  # noqa: ARG002 - as other models have it
        steps: int = STEPS,  # noqa: ARG002
    ) -> Squares:
        """Return pictures of a class, (count, side, side, 3)."""
        seeds = [(seed, number) for number in range(count)]
        *_, made = self._gaussians.stages(classes_of(asked, self.labels, count), seeds)
        return made


def main() -> int:
    """Make pictures of the classes of the command line."""
    return answer_classes(Model, "Make pictures with this model.")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
