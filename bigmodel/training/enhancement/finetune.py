"""Training of a network that makes pictures sharper or cleaner; it reads no database."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.metrics.pictures.fidelity import psnr
from bigmodel.training.enhancement import limit, read
from bigmodel.training.enhancement.net import Enhancer, Span, as_tensor
from bigmodel.training.enhancement.plain import Pixels
from bigmodel.training.enhancement.predictor import Wisdom, save
from bigmodel.training.enhancement.pretrained import begun, precision
from bigmodel.training.enhancement.read import Patch, Photos, photos_of, scale_of
from bigmodel.training.enhancement.recipe import EnhanceParams
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.seed import set_seed

LOOK_ROWS, LOOK_SIDE = 8, 96  # held-out parts that are looked at together, and their sides as given
# Parts at least: among one each of seven photos hardly any was noisy, and the network seemed best as it began.
LEAST_LOOKS = 48
AFTER_ROWS = 12  # readings of a held-out picture that follow, in parts
SAMPLE = "before-after-truth"
Look = tuple[float, list[tuple[float, float]]]  # loss of all, PSNR of each and of the plain one


@dataclass(frozen=True)
class Patches:
    """Parts of pictures as the loop takes them: `count` an epoch, each picture in turn."""

    photos: Photos
    params: EnhanceParams
    side: int
    count: int

    @property
    def lengths(self) -> Sequence[int]:
        """Every part is of the same size."""
        return [1] * self.count

    def patch(self, row: int, epoch: int | None = None) -> Patch:
        """Return a part; the one of a row is another in each epoch, and always the same without one."""
        place = [self.params.seed, row] if epoch is None else [self.params.seed, row, epoch + 1]
        dice = np.random.default_rng(place)
        return self.photos.patch(row % len(self.photos), self.side, self.params.damage, dice)

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        made = [self.patch(row, epoch) for row in rows]
        given, plain, clear = (
            as_tensor(np.stack([getattr(one, name) for one in made])).to(device)
            for name in ("given", "plain", "clear")
        )
        return Batch({"given": given, "plain": plain}, (plain, clear))


class PictureObjective:
    """The mean absolute difference of colours (L1); held-out parts are measured by PSNR of brightness."""

    def __init__(self, scale: int) -> None:
        self._scale = scale

    def loss(self, raw: Tensor, targets: tuple[Tensor, Tensor]) -> Tensor:
        return (raw.float() - targets[1]).abs().mean()

    def look(self, raw: Tensor, targets: tuple[Tensor, Tensor]) -> Look:
        loss = float(self.loss(raw, targets)) * len(raw)
        made, plain, clear = (_pixels(side) for side in (raw, *targets))
        sides = zip(clear, made, plain, strict=True)
        return loss, [(psnr(c, m, self._scale), psnr(c, p, self._scale)) for c, m, p in sides]

    def measure(self, looks: Sequence[Look]) -> dict[str, float]:
        values = np.array([pair for _, pairs in looks for pair in pairs])
        mine, plain = values.mean(axis=0)
        loss = sum(loss for loss, _ in looks) / len(values)
        return {"loss": loss, "psnr": float(mine), "bicubic_psnr": float(plain)}

    def score(self, measures: dict[str, float]) -> float:
        return measures["psnr"]


def train(
    data: TaskData, params: EnhanceParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a network and leave the best weights in the folder.

    Raises:
        TrainingError: `nothing_to_enhance`, `pictures_are_unreadable`.
        ModelError: the base is none that enhances pictures.
    """
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    scale = scale_of(data, params.scale, report)
    read.check(data, scale, params.damage)
    net = begun(base, scale, params)
    learned = _photos(data.train, scale, params.patch, report)
    if learned.side < params.patch:
        report.note("training.note.patch_smaller", side=learned.side, wanted=params.patch)
    held = _photos(data.validation, scale, LOOK_SIDE, report)
    train_part = Patches(learned, params, learned.side, params.patches)
    validation = held_out(held, params)
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    accelerator = make_accelerator(precision(net, params), report)
    training = Training(
        net,
        accelerator,
        PictureObjective(scale),
        params,
        train=train_part,
        validation=validation,
        report=report,
        fingerprint=fingerprint(params, base, data, _digest(data)),
        look_rows=LOOK_ROWS,
        after_rows=AFTER_ROWS * len(held),
        checks_first=True,
        after_check=lambda step: _sample(net, validation, step, report),
    )
    training.run()
    report.step(phase="evaluate", step=0, steps=0)
    net = accelerator.unwrap_model(net, keep_fp32_wrapper=False)
    save(folder, net.to("cpu").eval(), Wisdom(params.damage, _limit(net, held, report)))


def held_out(photos: Photos, params: EnhanceParams) -> Patches:
    """Return the parts by which weights are chosen: of few photos several each, so that every damage is among them."""
    each = math.ceil(LEAST_LOOKS / max(1, len(photos)))
    return Patches(photos, params, photos.side, each * len(photos))


def _photos(rows: Rows, scale: int, side: int, report: Reporter) -> Photos:
    """Return the pictures of rows, to take parts of a side of them.

    Raises:
        TrainingError: `pictures_are_unreadable`, where there are rows and none can be learned from.
    """

    def say() -> None:
        report.step(phase="prepare", step=0, steps=0)

    found = photos_of(rows, scale, side, report, say)
    if not len(found) and len(rows):
        raise TrainingError("pictures_are_unreadable")
    return found


def _limit(net: Enhancer | Span, held: Photos, report: Reporter) -> float | None:
    """Return up to which noise the network is asked; that it is not always is said."""
    device = str(next(net.parameters()).device)

    def say() -> None:
        report.step(phase="evaluate", step=0, steps=0)

    found = limit.limit_of(limit.tried(net, held, device, say))
    if found is not None and found < 0:
        report.note("training.note.enhancing_never", "warning")
    elif found is not None:
        report.note("training.note.enhancing_limited", noise=round(found, 1))
    return found


def _sample(net: Enhancer | Span, validation: Patches, step: int, report: Reporter) -> None:
    """Show what the network makes of a held-out part by now: enlarged plainly, by it, and the truth."""
    batch = validation.batch([0], next(net.parameters()).device)
    plain, clear = batch.targets
    with torch.inference_mode():
        made = net(**batch.inputs)
    strip = np.concatenate([_pixels(side)[0] for side in (plain, made, clear)], axis=1)
    buffer = BytesIO()
    Image.fromarray(strip).save(buffer, "PNG")
    report.sample(step, f"{SAMPLE}.png", buffer.getvalue())


def _pixels(fractions: Tensor) -> Pixels:
    """Return (pictures, 3, height, width) fractions as pictures."""
    made = fractions.detach().float().clamp(0, 1).mul(255).round().byte()
    pixels: Pixels = made.permute(0, 2, 3, 1).cpu().numpy()
    return pixels


def _digest(data: TaskData) -> bytes:
    """Return what stands for the pictures of the training rows: their files are named by their content."""
    names = [Path(path).name for path in data.train.inputs]
    return hashlib.sha256(json.dumps(names).encode()).digest()
