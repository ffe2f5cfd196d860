"""Makes pictures with the generator beside this file (of an adversarial pair); it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a class"
    python predict.py --count 8 --seed 7 --out pictures "a class"

Without a class it makes some of each. Each file carries a note that a model made it. Or in Python: `Model().make("a class")`.
"""

import json
import sys
from pathlib import Path

from safetensors.torch import load_file

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.pair_net import Generator, PairSize, pair_pictures
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
    """A trained generator; guidance and steps change nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "pair.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._net = Generator(PairSize.from_json(record["net"]))
        self._net.load_state_dict(load_file(folder / "model.safetensors"))
        self._net.eval()

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
        classes = classes_of(asked, self.labels, count)
        seeds = [(seed, number) for number in range(count)]
        return pair_pictures(self._net, classes, seeds)


def main() -> int:
    """Make pictures of the classes of the command line."""
    return answer_classes(Model, "Make pictures with this model.")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
