"""Makes pictures with the adapter beside this file on a diffusion model of the Stable Diffusion family; it runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a class"
    python predict.py --count 8 --seed 7 --guidance 3 --steps 20 --out pictures "a class"

The base is a folder `base` beside this file, as diffusers writes it, else it is fetched once from the hub by its name in
latent.json. A graphics card is used where there is one. Each file carries a note that a model made it. Or in Python:
`Model().make("a class")`.
"""

import json
from pathlib import Path

import torch

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.latent.drawing import load_drawer
from bigmodel.training.standalone.made import PictureMaker, answer_classes


class Model(PictureMaker):
    """An adapter on its base."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "latent.json").read_text("utf-8"))
        self.labels = record["labels"]
        self._side: int = record["side"]
        base = folder / "base"
        if not base.is_dir() and "/" not in record["base"]:
            raise SystemExit(
                f"Put the base {record['base']!r} as a folder `base` beside this file."
            )
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._drawer = load_drawer(folder, base if base.is_dir() else record["base"], device)

    def drawn(
        self,
        classes: list[int],
        seeds: list[tuple[int, int]],
        guidance: float,
        steps: int,
    ) -> Squares:
        """Return a picture of each class, all chance from its seeds."""
        how = {"guidance": guidance, "steps": steps}
        *_, made = self._drawer.stages(classes, seeds, self._side, **how, is_watched=False)  # type: ignore[arg-type]
        return made


if __name__ == "__main__":
    answer_classes(Model, "Make pictures with this model.")
