"""Training and loading of models that sort pictures, from scratch or from a base; it reads no database."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Explanation, Reporter
from bigmodel.training.images import pretrained
from bigmodel.training.images.augment import augment, mix, plain
from bigmodel.training.images.net import ConvNet, NetOutput, NetSize, size_for
from bigmodel.training.images.read import MARGIN, LoadedImages, Squares, read_inputs, read_rows
from bigmodel.training.images.recipe import ImageParams
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.objective import ClassObjective
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.ood.neighbours import Neighbours, load_neighbours, make_neighbours

RECORD, WEIGHTS = "picture.json", "model.safetensors"
ANSWER_BATCH = 32
NEAREST = 3


@dataclass(frozen=True)
class ImageExamples:
    """Pictures and their classes as the loop takes them; with settings, varied by epoch."""

    squares: Squares
    classes: Tensor
    outputs: int
    side: int
    params: ImageParams | None = None

    @property
    def lengths(self) -> Sequence[int]:
        """Every picture is seen at the same size."""
        return [1] * len(self.classes)

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        squares, targets = self.squares[list(rows)], self.classes[list(rows)]
        if epoch is None or self.params is None:
            made = plain(squares, self.side)
        else:
            made = augment(squares, self.params, rows, epoch, self.side)
            if self.params.mixing != "none":
                shares = functional.one_hot(targets, self.outputs).float()
                mixed = mix(made, shares, self.params, rows, epoch)
                made, targets = mixed.pictures, mixed.shares
        made = made.contiguous(memory_format=torch.channels_last)
        return Batch({"pictures": made.to(device)}, targets.to(device))


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
    ) -> None:
        self.labels = labels
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        model.to(self._device)
        self._model = model.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        self._side, self._flips, self._neighbours = side, flips, neighbours

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, a row for each picture."""
        scores: list[list[float]] = []
        for start in range(0, len(inputs), ANSWER_BATCH):
            squares = read_inputs(inputs[start : start + ANSWER_BATCH], stored_side(self._side))
            scores += self.run(squares)[0].tolist()
        return scores

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the most alike training pictures, and whether a picture is like any."""
        if not inputs or self._neighbours is None:
            return [Explanation() for _ in inputs]
        vectors, shares = self.see(read_inputs(inputs, stored_side(self._side)))
        nearest = self._neighbours.nearest(vectors, NEAREST)
        strange = self._neighbours.ood_score(vectors, shares)
        return [Explanation(near, far) for near, far in zip(nearest, strange, strict=True)]

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
            shares = said.logits.double().softmax(dim=1)
            if self._flips:
                shares = (shares + self._model(seen.flip(3)).logits.double().softmax(dim=1)) / 2
        return shares.cpu(), said.features.float().cpu()


def train(
    data: TaskData, params: ImageParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a network from scratch, or fine-tune a base, and leave the best weights in the folder."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    model: nn.Module
    side = params.pixels
    if base.kind == "scratch":
        net = ConvNet(size_for(len(data.train), len(data.labels)))
        model, record = net, {"kind": "net", "net": net.size.to_json()}
    else:
        model, side = pretrained.load_base(base, len(data.labels), params.pixels)
        record = {"kind": "base", **pretrained.describe(model)}
        pretrained.freeze(model, params.frozen_layers)

    def say(done: int) -> None:  # noqa: ARG001
        report.step(phase="prepare", step=0, steps=0)

    train_rows = read_rows(data.train, stored_side(side), report, say)
    held_rows = read_rows(data.validation, stored_side(side), report, say)
    if isinstance(model, ConvNet):
        _fit_to(model, train_rows.squares)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    objective = ClassObjective(
        data.labels,
        train_rows.targets,
        smoothing=params.label_smoothing,
        is_balanced=params.class_weights == "balanced",
    )
    Training(
        model,
        accelerator,
        objective,
        params,
        train=_examples(train_rows, objective, side, params),
        validation=_examples(held_rows, objective, side),
        report=report,
        fingerprint=fingerprint(params, base, data, np.ascontiguousarray(train_rows.squares).data),
    ).run()
    model = accelerator.unwrap_model(model, keep_fp32_wrapper=False).to("cpu")
    save(folder, model, data.labels, {**record, "side": side, "flips": params.flip_answers})
    report.step(phase="evaluate", step=0, steps=0)
    vectors, _ = ImagePredictor(model, data.labels, side, flips=False).see(train_rows.squares)
    predictor = ImagePredictor(model, data.labels, side, flips=params.flip_answers)
    make_neighbours(vectors, train_rows.ids, *predictor.see(held_rows.squares)).save(folder)


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
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        labels = tuple(record["labels"])
        model: nn.Module
        if record["kind"] == "net":
            size = {**record["net"], "blocks": tuple(record["net"]["blocks"])}
            model = ConvNet(NetSize(**size))
        else:
            model = pretrained.build(record, len(labels))
        model.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ModelError("trained_model_cannot_be_loaded", reason=str(error)[:300]) from error
    return ImagePredictor(
        model, labels, record["side"], flips=record["flips"], neighbours=load_neighbours(folder)
    )


def stored_side(side: int) -> int:
    """Return the side that pictures are kept at: a little more than is trained with."""
    return math.ceil(side * MARGIN)


def _examples(
    seen: LoadedImages, objective: ClassObjective, side: int, params: ImageParams | None = None
) -> ImageExamples:
    return ImageExamples(
        seen.squares, objective.targets(seen.targets), objective.outputs, side, params
    )


def _fit_to(net: ConvNet, squares: Squares) -> None:
    """Let the network bring each colour to mean 0 and spread 1, by some training rows."""
    some = squares[:1000].astype(np.float32) / 255
    net.mean.copy_(torch.from_numpy(some.mean(axis=(0, 1, 2))).view(1, 3, 1, 1))
    net.spread.copy_(torch.from_numpy(some.std(axis=(0, 1, 2)) + 1e-3).view(1, 3, 1, 1))


__all__ = ["ImageExamples", "ImagePredictor", "NetOutput", "load_model", "train"]
