"""Training and loading of models that sort pictures, from scratch or from a base; it reads no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.images import pretrained
from bigmodel.training.images.augment import augment, mix, plain
from bigmodel.training.images.frozen import start_from_head
from bigmodel.training.images.mirroring import settled
from bigmodel.training.images.net import ConvNet, NetOutput, NetSize, size_for
from bigmodel.training.images.predictor import ImagePredictor, load_model, save, stored_side
from bigmodel.training.images.read import LoadedImages, Squares, read_rows
from bigmodel.training.images.recipe import ImageParams
from bigmodel.training.loop import checkpoint
from bigmodel.training.loop.budget import NEIGHBOURS
from bigmodel.training.loop.device import (
    Precision,
    faster_precision,
    has_fast_bf16,
    is_large,
    make_accelerator,
)
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.objective import ClassObjective
from bigmodel.training.loop.recipe import learned_side
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.loop.targets import class_indices
from bigmodel.training.ood.known_rows import read_known
from bigmodel.training.ood.neighbours import MOST_ROWS, make_neighbours

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


def train(
    data: TaskData, params: ImageParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a network from scratch, or fine-tune a base, and leave the best weights in the folder."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    model, record, side, is_fit = _start(data, params, base, report)

    def say(done: int) -> None:  # noqa: ARG001
        report.step(phase="prepare", step=0, steps=0)

    train_rows = read_rows(data.train, stored_side(side), report, say)
    held_rows = read_rows(data.validation, stored_side(side), report, say)
    varied = _varied(params, train_rows, data.labels, report)
    if isinstance(model, ConvNet):
        _fit_to(model, train_rows.squares)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    is_fixed = isinstance(model, pretrained.TransformersEncoder)  # its positions are of one size
    crops = side if is_fixed else learned_side(side, params.crop_share)
    accelerator = make_accelerator(_precision(model, params, crops, report), report)
    answered = (2 * len(data.validation) + len(data.test)) * (2 if varied.flip_answers else 1)
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
        train=_examples(train_rows, objective, crops, varied),
        validation=_examples(held_rows, objective, side),
        report=report,
        fingerprint=fingerprint(params, base, data, np.ascontiguousarray(train_rows.squares).data),
        after_rows=min(len(data.train), NEIGHBOURS) + answered,
        checks_first=is_fit,
    ).run()
    model = accelerator.unwrap_model(model, keep_fp32_wrapper=False).to("cpu")
    save(folder, model, data.labels, {**record, "side": side, "flips": varied.flip_answers})
    _keep_neighbours(folder, model, data, (train_rows, held_rows), side, varied, report, answered)


def _keep_neighbours(
    folder: Path,
    model: nn.Module,
    data: TaskData,
    seen: tuple[LoadedImages, LoadedImages],
    side: int,
    params: ImageParams,
    report: Reporter,
    answered: int,
) -> None:
    """Write what new pictures are compared with: training rows as the model sees them, and how held-out ones lie to them.

    `answered` counts the pictures that are still to be answered after it, for the time limit.
    """
    train_rows, held_rows = seen
    plain_eye = ImagePredictor(model, data.labels, side, flips=False)
    chosen, vectors = read_known(
        len(train_rows.squares),
        MOST_ROWS,
        lambda part: plain_eye.see(train_rows.squares[part])[0],
        report,
        limit_s=params.budget_s,
        after=answered,
    )
    ids = [train_rows.ids[row] for row in chosen]
    predictor = ImagePredictor(model, data.labels, side, flips=params.flip_answers)
    make_neighbours(vectors, ids, *predictor.see(held_rows.squares)).save(folder)


def _varied(
    params: ImageParams, seen: LoadedImages, labels: tuple[str, ...], report: Reporter
) -> ImageParams:
    """Return the settings by which these pictures are varied: mirrored, and looked at twice, only where that suits them."""
    found = settled(params, seen.squares, class_indices(seen.targets, labels), report)
    return found if found.mirrored == "yes" else found.model_copy(update={"flip_answers": False})


def _start(
    data: TaskData, params: ImageParams, base: BaseFiles, report: Reporter
) -> tuple[nn.Module, dict[str, object], int, bool]:
    """Return the network, its record, the side of its pictures, and whether its head is trained already."""
    if base.kind == "scratch":
        net = ConvNet(size_for(len(data.train), len(data.labels)))
        return net, {"kind": "net", "net": net.size.to_json()}, params.pixels, False
    model, side = pretrained.load_base(base, len(data.labels), params.pixels)
    record = {"kind": "base", **pretrained.describe(model)}
    is_fit = False
    if isinstance(model, pretrained.TimmEncoder):
        is_fit = start_from_head(model, data, base, params, report)
        model.tune(params)
    else:
        pretrained.freeze(model, params.frozen_layers)
    return model, record, side, is_fit


def _precision(model: nn.Module, params: ImageParams, side: int, report: Reporter) -> Precision:
    """Return the precision asked for; where none is, that of the checkpoint, or the faster one for a large body."""
    if params.precision != "auto":
        return params.precision
    if report.resume and (known := checkpoint.precision_of(report.resume)):
        return known  # type: ignore[return-value]  # as it was written
    is_ours = isinstance(model, pretrained.TimmEncoder)  # its norms are not changed by a trial
    if not is_ours or torch.cuda.is_available() or not is_large(model) or not has_fast_bf16():
        return "auto"
    pictures = torch.zeros(min(params.batch_size, 16), 3, side, side)
    pictures = pictures.contiguous(memory_format=torch.channels_last)

    def step() -> None:
        model(pictures).logits.float().sum().backward()
        model.zero_grad(set_to_none=True)

    model.train()
    with torch.random.fork_rng(devices=[]):  # dropout draws
        return faster_precision(model, step)


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


__all__ = [
    "ConvNet",
    "ImageExamples",
    "ImagePredictor",
    "NetOutput",
    "NetSize",
    "load_model",
    "train",
]
