"""Picture models as they answer, and as they lie on disk: weights in safetensors, all else in plain JSON."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.errors import loading_model
from bigmodel.core.task import Explanation
from bigmodel.training.frozen.cache import FeatureCache
from bigmodel.training.images import pretrained
from bigmodel.training.images.augment import plain
from bigmodel.training.images.net import ConvNet, NetSize
from bigmodel.training.images.read import MARGIN, Squares, read_inputs
from bigmodel.training.ood.neighbours import Neighbours, load_neighbours

RECORD, WEIGHTS = "picture.json", "model.safetensors"
ANSWER_BATCH = 32
NEAREST = 3


class ImagePredictor(ScorePredictor):
    """A trained model that answers. It computes in 32 bits, so answers do not depend on the neighbours."""

    def __init__(
        self,
        model: nn.Module,
        labels: tuple[str, ...],
        side: int,
        *,
        flips: bool,
        neighbours: Neighbours | None = None,
        cache_key: str = "",
    ) -> None:
        """Take a model. `cache_key` names the vectors of a frozen body that were kept beside a dataset."""
        self.labels = labels
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        model.to(self._device)
        self._model = model.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        self._side, self._flips, self._neighbours = side, flips, neighbours
        self._cache_key = cache_key

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, a row for each picture."""
        scores: list[list[float]] = []
        for start in range(0, len(inputs), ANSWER_BATCH):
            scores += self.see_files(inputs[start : start + ANSWER_BATCH])[1].tolist()
        return scores

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the most alike training pictures, and whether a picture is like any."""
        if not inputs or self._neighbours is None:
            return [Explanation() for _ in inputs]
        vectors, shares = self.see_files(inputs)
        if isinstance(self._model, pretrained.TimmEncoder):
            vectors = self._model.last(vectors)
        nearest = self._neighbours.nearest(vectors, NEAREST)
        strange = self._neighbours.ood_score(vectors, shares)
        return [Explanation(near, far) for near, far in zip(nearest, strange, strict=True)]

    def see_files(self, inputs: Sequence[str]) -> tuple[Any, Any]:
        """Return what picture files show, as `see` does; files that a frozen body saw are not read again."""
        cache = FeatureCache(self._cache_key, inputs) if self._cache_key else None
        known = [cache.get(path) for path in inputs] if cache else []
        if known and all(vector is not None for vector in known):
            return self.answer_vectors(np.stack([v for v in known if v is not None]))
        return self.see(read_inputs(inputs, stored_side(self._side)))

    def answer_vectors(self, vectors: Any) -> tuple[Any, Any]:
        """Return vectors of a frozen body, (pictures, features), and what its head makes of them."""
        with torch.inference_mode():
            raw = self._model.classifier(torch.from_numpy(vectors).to(self._device))
        return vectors, self._shares(raw).cpu().numpy()

    def _shares(self, logits: Tensor) -> Tensor:
        return logits.double().softmax(dim=1) if self.labels else logits.double()

    def see(self, squares: Squares) -> tuple[Any, Any]:
        """Return what pictures show as vectors, (pictures, features), and their probabilities."""
        parts = [
            self.run(squares[start : start + ANSWER_BATCH])
            for start in range(0, len(squares), ANSWER_BATCH)
        ]
        if not parts:
            return np.empty((0, 1), np.float32), np.empty((0, 1))
        shares, vectors = zip(*parts, strict=True)
        return torch.cat(vectors).numpy(), torch.cat(shares).numpy()

    def run(self, squares: Squares) -> tuple[Tensor, Tensor]:
        """Return probabilities and features; where settings say so, of a picture and its mirror image."""
        pictures = plain(squares, self._side).to(self._device)
        with torch.inference_mode():
            seen = pictures.contiguous(memory_format=torch.channels_last)
            said = self._model(seen)
            shares = self._shares(said.logits)
            if self._flips:
                shares = (shares + self._shares(self._model(seen.flip(3)).logits)) / 2
        return shares.cpu(), said.features.float().cpu()


def save(folder: Path, model: nn.Module, labels: tuple[str, ...], record: dict[str, Any]) -> None:
    """Write a model: weights, and in plain JSON all that is needed to build it again."""
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    whole = {"v": 1, "labels": list(labels), **record}
    (folder / RECORD).write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def load_model(folder: Path) -> ImagePredictor:
    """Load a model that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = json.loads((folder / RECORD).read_text("utf-8"))
        labels = tuple(record["labels"])
        model: nn.Module
        if record["kind"] == "net":
            size = {**record["net"], "blocks": tuple(record["net"]["blocks"])}
            model = ConvNet(NetSize(**size))
        else:
            model = pretrained.build(record, len(labels))
        model.load_state_dict(load_file(folder / WEIGHTS))
    return ImagePredictor(
        model,
        labels,
        record["side"],
        flips=record["flips"],
        neighbours=load_neighbours(folder),
        cache_key=record.get("features", ""),
    )


def stored_side(side: int) -> int:
    """Return the side that pictures are kept at: a little more than is trained with."""
    return math.ceil(side * MARGIN)
