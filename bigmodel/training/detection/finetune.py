"""Training of a detector on a pre-trained body; it reads no database."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from safetensors.torch import load_file
from torch import Tensor

from bigmodel.base_models.config import ANCHOR_FAMILIES, FINDING_FAMILIES
from bigmodel.core.datasets.boxes import Box, box_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.metrics.pictures.detection import Detected, average_precision, best_threshold
from bigmodel.training.detection.anchors.net import from_base as with_anchors
from bigmodel.training.detection.decoding import STRIDES
from bigmodel.training.detection.finder import Boxes, Finder, Target
from bigmodel.training.detection.net import Detector, DetectorSize, tensor_of
from bigmodel.training.detection.queries.net import from_base as with_queries
from bigmodel.training.detection.read import BoxedPictures, cut_out, readable, varied
from bigmodel.training.detection.recipe import DetectionParams
from bigmodel.training.images.mirroring import MOST_ROWS, settled
from bigmodel.training.images.pretrained import MEAN, SPREAD
from bigmodel.training.loop import checkpoint
from bigmodel.training.loop.device import faster_precision, has_fast_bf16, make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.seed import set_seed

LOOK_ROWS = 16
Look = tuple[float, list[Boxes], Sequence[Target]]  # loss, found, true


@dataclass(frozen=True)
class BoxExamples:
    """Pictures with boxes as the loop takes them; with settings, varied by epoch."""

    pictures: BoxedPictures
    side: int
    params: DetectionParams | None = None

    @property
    def lengths(self) -> Sequence[int]:
        """Every picture is seen at the same size."""
        return [1] * len(self.pictures)

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        seen = [self.pictures.get(row) for row in rows]
        if epoch is not None and self.params is not None:
            strength, seed = self.params.augmentation_strength, self.params.seed
            dice = (np.random.default_rng([seed, epoch, row]) for row in rows)
            pairs = zip(seen, dice, strict=True)
            how = {"is_mirrored": self.params.mirrored != "no"}
            seen = [varied(one, self.side, strength, own, **how) for one, own in pairs]
        made = tensor_of([one.pixels for one in seen], self.side)
        targets = [
            {
                "boxes": torch.from_numpy(np.ascontiguousarray(one.boxes)).to(device),
                "labels": torch.from_numpy(one.labels).to(device),
            }
            for one in seen
        ]
        return Batch({"pictures": made.to(device), "targets": targets}, targets)


class BoxObjective:
    """The losses of a network; held-out pictures are measured by mean average precision."""

    def __init__(self, net: Finder, kinds: tuple[str, ...]) -> None:
        self._net, self._kinds = net, kinds

    def loss(self, raw: Mapping[str, Tensor], targets: Sequence[Target]) -> Tensor:
        return self._net.losses(raw, targets)

    def look(self, raw: Mapping[str, Tensor], targets: Sequence[Target]) -> Look:
        loss = float(self._net.losses(raw, targets)) * len(targets)
        return loss, self._net.boxes(raw), [{k: v.cpu() for k, v in one.items()} for one in targets]

    def measure(self, looks: Sequence[Look]) -> dict[str, float]:
        truth, answers = self.sides(looks)
        means, _ = average_precision(truth, answers, self._kinds)
        return {"loss": sum(look[0] for look in looks) / max(1, len(truth))} | means

    def score(self, measures: dict[str, float]) -> float:
        return measures["map"] - 1e-3 * measures["loss"]

    def sides(self, looks: Sequence[Look]) -> tuple[list[list[Box]], list[Detected]]:
        """Return the true boxes of pictures, and those that were found."""
        truth = [self._boxes(one["boxes"], one["labels"]) for _, _, right in looks for one in right]
        answers = [
            Detected(self._boxes(boxes, labels), scores.tolist(), 0.0)
            for _, found, _ in looks
            for boxes, scores, labels in found
        ]
        return truth, answers

    def _boxes(self, boxes: Any, labels: Any) -> list[Box]:  # Any: of torch or of numpy
        pairs = zip(boxes.tolist(), labels.tolist(), strict=True)
        return [box_of(sides, self._kinds[label]) for sides, label in pairs]


def train(
    data: TaskData, params: DetectionParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a detector on a base and leave the best weights in the folder.

    Raises:
        TrainingError: `boxes_none_to_learn`, `pictures_are_unreadable`.
        ModelError: the base is no body with maps of the sides that are needed.
    """
    if not data.labels:
        raise TrainingError("boxes_none_to_learn")
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    net = make_net(base, len(data.labels), params.pixels)
    net.freeze(params.frozen_layers)

    def say() -> None:
        report.step(phase="prepare", step=0, steps=0)

    learned, held = (
        readable(rows, data.labels, params.pixels, report, say)
        for rows in (data.train, data.validation)
    )
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    accelerator = make_accelerator(_precision(net, params, report), report)
    objective = BoxObjective(net, data.labels)
    validation = BoxExamples(held, params.pixels)
    training = Training(
        net,
        accelerator,
        objective,
        params,
        train=BoxExamples(learned, params.pixels, _varied(params, learned, report)),
        validation=validation,
        report=report,
        fingerprint=fingerprint(params, base, data, _digest(data)),
        look_rows=LOOK_ROWS,
        after_rows=2 * len(data.validation),
    )
    training.run()
    report.step(phase="evaluate", step=0, steps=0)
    net = accelerator.unwrap_model(net, keep_fp32_wrapper=False)
    threshold = _threshold(net, objective, validation if len(held) else training.train)
    net.to("cpu").save(folder, data.labels, threshold)


def _varied(params: DetectionParams, learned: BoxedPictures, report: Reporter) -> DetectionParams:
    """Return the settings by which pictures are varied: not mirrored where one kind looks like another then."""
    squares, kinds = cut_out(learned, MOST_ROWS)
    return settled(params, squares, kinds, report) if len(np.unique(kinds)) > 1 else params


def make_net(base: BaseFiles, kinds: int, side: int) -> Finder:
    """Return the detector that a base is, its layer for kinds fresh, or one on the body of a base, all above it fresh.

    Raises:
        ModelError: `base_has_no_files`, or `base_cannot_be_loaded`.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        config = json.loads((base.folder / "config.json").read_text("utf-8"))
        if config.get("model_type") in FINDING_FAMILIES:
            return with_queries(base.folder, kinds, side)
        if config.get("model_type") in ANCHOR_FAMILIES:
            return with_anchors(base.folder, kinds, side)
        return _on_body(config, load_file(base.folder / "model.safetensors"), kinds, side)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error)[:300]
        raise ModelError("base_cannot_be_loaded", base=base.name, reason=reason) from error


def _on_body(
    config: Mapping[str, Any], weights: Mapping[str, Tensor], kinds: int, side: int
) -> Detector:
    net = Detector(_size(config, kinds, side))
    found = net.fcos.backbone.body.load_state_dict(weights, strict=False)
    if found.missing_keys:
        raise ValueError(f"{found.missing_keys[:3]}")
    return net


def _size(config: Mapping[str, Any], kinds: int, side: int) -> DetectorSize:
    given = config.get("pretrained_cfg") or {}
    name = config["architecture"]
    body: Any = timm.create_model(name, pretrained=False, features_only=True)
    strides = body.feature_info.reduction()
    return DetectorSize(
        name,
        tuple(given.get("mean", MEAN)),
        tuple(given.get("std", SPREAD)),
        kinds,
        side,
        tuple(strides.index(stride) for stride in STRIDES[:-1]),
        has_powers=True,
    )


def _precision(net: Finder, params: DetectionParams, report: Reporter) -> Any:
    """Return the precision asked for; where none is, that of the checkpoint, or the faster one."""
    if params.precision != "auto":
        return params.precision
    if report.resume and (known := checkpoint.precision_of(report.resume)):
        return known
    if not isinstance(net, Detector):
        return "fp32"  # losses that match objects to queries stand in the network itself
    if torch.cuda.is_available() or not has_fast_bf16():
        return "auto"
    pictures = torch.zeros(2, 3, net.side, net.side).contiguous(memory_format=torch.channels_last)

    def step() -> None:
        raw = net(pictures)
        total = torch.stack([value.float().sum() for value in raw.values()]).sum()
        total.backward()  # type: ignore[no-untyped-call]
        net.zero_grad(set_to_none=True)

    net.train()
    with torch.random.fork_rng(devices=[]):
        return faster_precision(net, step)


def _digest(data: TaskData) -> bytes:
    """Return what stands for the pictures of the training rows: their files are named by their content."""
    names = [Path(path).name for path in data.train.inputs]
    return hashlib.sha256(json.dumps(names).encode()).digest()


def _threshold(net: Finder, objective: BoxObjective, examples: Any) -> float:
    """Return the certainty from which on boxes are shown, chosen on held-out pictures where there are some."""
    net.eval()
    looks = []
    with torch.inference_mode():
        for start in range(0, len(examples.lengths), LOOK_ROWS):
            rows = range(start, min(start + LOOK_ROWS, len(examples.lengths)))
            batch = examples.batch(rows, next(net.parameters()).device)
            looks.append(objective.look(net(**batch.inputs), batch.targets))
    return best_threshold(*objective.sides(looks))
