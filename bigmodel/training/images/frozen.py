"""Pre-trained features of pictures: a frozen body and a linear head on it, stored as a fine-tuned model is; nothing is trained in steps."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bigmodel.base_models.package import WEIGHTS, sha256_of
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.frozen.cache import FeatureCache, SeenRows, fill, readable, say_to
from bigmodel.training.frozen.head import fit_head
from bigmodel.training.images import pretrained
from bigmodel.training.images.augment import plain
from bigmodel.training.images.predictor import ImagePredictor, save, stored_side
from bigmodel.training.images.read import read_square
from bigmodel.training.images.recipe import ImageParams
from bigmodel.training.loop.device import faster_precision
from bigmodel.training.ood.neighbours import make_neighbours

BATCH = 32
HEAD_ROWS = 1_000  # that the head of a body to be trained starts from
LEVELS = 2  # stages whose means a head reads beside the last layer: five flowers 76.1 % in four folds of train photos, 75.0 without, two insects the same
READING = 1  # counts up when pictures are brought to a body in another way

Floats = NDArray[np.float32]


class FrozenBody:
    """A body that only looks, in the precision that is faster on this machine."""

    def __init__(self, encoder: pretrained.TimmEncoder, side: int) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._encoder = encoder.to(self._device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        self._side = side
        self._precision = ""

    def encode(self, paths: Sequence[str]) -> list[Floats | None]:
        """Return the vector of each picture, None for one that cannot be read."""
        found = readable(partial(read_square, side=stored_side(self._side)), paths)
        if not found:
            return [None] * len(paths)
        pictures = plain(np.stack(list(found.values())), self._side).to(self._device)
        seen = pictures.contiguous(memory_format=torch.channels_last)
        if not self._precision:
            self._precision = faster_precision(
                self._encoder, partial(self._look, seen), self._device
            )
        vectors = dict(zip(found, self._see(seen), strict=True))
        return [vectors.get(place) for place in range(len(paths))]

    def _see(self, pictures: Tensor) -> Floats:
        is_bf16 = self._precision == "bf16"
        with torch.autocast(self._device, torch.bfloat16, enabled=is_bf16):
            vectors: Floats = self._look(pictures).float().cpu().numpy()
        return vectors

    def _look(self, pictures: Tensor) -> Tensor:
        with torch.inference_mode():
            features: Tensor = self._encoder(pictures).features
        return features


def train(
    data: TaskData, params: ImageParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fit a head on vectors of the frozen base, and write both as one model."""
    report.step(phase="load", step=0, steps=0)
    encoder, side = load_frozen(base, len(data.labels) or 1, params.pixels, LEVELS)
    key = cache_key(base, side, LEVELS)
    cache = FeatureCache(key, data.train.inputs)
    # Test rows are looked at too, so that measuring finds their vectors; no target of theirs is read.
    paths = [path for part in (data.train, data.validation, data.test) for path in part.inputs]
    fill(paths, cache, FrozenBody(encoder, side).encode, say_to(report), BATCH)
    learned, held = (_rows(part, cache, report) for part in (data.train, data.validation))
    report.step(phase="evaluate", step=0, steps=0)
    is_balanced = params.class_weights == "balanced"
    head = fit_head(learned, held, data.labels, is_balanced=is_balanced)
    encoder.to("cpu").set_head(head.weights, head.bias)
    record = {"kind": "base", **pretrained.describe(encoder), "side": side, "flips": False}
    save(folder, encoder, data.labels, {**record, "features": key})
    predictor = ImagePredictor(encoder, data.labels, side, flips=False)
    looked = predictor.answer_vectors(held.vectors) if held.ids else (held.vectors, held.vectors)
    near = make_neighbours(
        encoder.last(learned.vectors), learned.ids, encoder.last(looked[0]), looked[1]
    )
    near.save(folder)


def start_from_head(
    encoder: pretrained.TimmEncoder,
    data: TaskData,
    base: BaseFiles,
    params: ImageParams,
    report: Reporter,
) -> bool:
    """Give a body that is to be trained the head that suits its vectors as they are, and tell whether it has one.

    A head that starts from nothing would first spoil what the body knows (Kumar et al. 2022, LP-FT).
    """
    if report.resume or not data.labels:  # its weights come from the checkpoint
        return bool(data.labels)
    step = max(1, -(-len(data.train) // HEAD_ROWS))
    part = Rows(data.train.ids[::step], data.train.inputs[::step], data.train.targets[::step])
    cache = FeatureCache(cache_key(base, params.pixels), part.inputs)

    def say(step: int, steps: int) -> None:  # noqa: ARG001
        report.step(phase="prepare", step=0, steps=0)

    fill(part.inputs, cache, FrozenBody(encoder, params.pixels).encode, say, BATCH)
    seen = cache.rows(part)
    encoder.to("cpu")
    if len(set(seen.targets)) < len(data.labels):
        return False
    nothing = SeenRows([], [], seen.vectors[:0])
    is_balanced = params.class_weights == "balanced"
    head = fit_head(seen, nothing, data.labels, is_balanced=is_balanced)
    encoder.set_head(head.weights, head.bias)
    return True


def load_frozen(
    base: BaseFiles, outputs: int, pixels: int, levels: int = 0
) -> tuple[pretrained.TimmEncoder, int]:
    """Return a body whose vectors a linear head can answer, and the side of its pictures.

    Raises:
        ModelError: its files do not make up one.
    """
    encoder, side = pretrained.load_base(base, outputs, pixels, levels)
    if not isinstance(encoder, pretrained.TimmEncoder):
        raise ModelError("base_cannot_be_loaded", base=base.name, reason="timm")
    return encoder, side


def cache_key(base: BaseFiles, side: int, levels: int = 0) -> str:
    """Return the name of the vectors of a base at a size of pictures."""
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    below = f"-{levels}" if levels else ""
    return f"{sha256_of(base.folder / WEIGHTS)[:16]}-{side}-{READING}{below}"


def _rows(rows: Rows, cache: FeatureCache, report: Reporter) -> SeenRows:
    """Return rows with their vectors; what cannot be read is said."""
    seen = cache.rows(rows)
    if len(seen.ids) < len(rows):
        count = len(rows) - len(seen.ids)
        report.note("training.note.pictures_left_out", "warning", count=count)
    if rows and not seen.ids:
        raise TrainingError("pictures_are_unreadable")
    return seen
