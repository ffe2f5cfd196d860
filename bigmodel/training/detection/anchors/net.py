"""A whole detector of torchvision as a base: all of it goes on learning by its own losses, its layer for kinds anew."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from bigmodel.training.detection.anchors.alone import Anchors, filled, load_alone
from bigmodel.training.detection.anchors.build import HEADS, built, family_of
from bigmodel.training.detection.anchors.decoding import boxes_of_found
from bigmodel.training.detection.decoding import Floats
from bigmodel.training.detection.finder import Boxes, Finder, Raw, Target, keep_norms
from bigmodel.training.images.pretrained import stages

RECORD, WEIGHTS = "anchors.json", "model.safetensors"
BODY_RATE, REST_RATE = 0.03, 0.3  # learning rates over that of the layer that is new


class AnchorDetector(Finder):
    """Faster R-CNN or RetinaNet. What it answers are boxes; where the truth is told, the loss stands beside them."""

    maps: ClassVar = ("boxes", "scores", "labels")

    def __init__(self, inner: Anchors) -> None:
        super().__init__()
        self.inner, self.side = inner, inner.side

    def forward(
        self, pictures: Tensor, targets: Sequence[Target] | None = None
    ) -> dict[str, Tensor]:
        images, maps = self.inner.look(pictures)
        raw: dict[str, Tensor] = {}
        if targets is not None:
            raw["loss"] = self._loss(images, maps, targets)
        if not self.training:
            raw |= dict(zip(self.maps, filled(self.inner.found(images, maps)), strict=True))
        return raw

    def _loss(self, images: Any, maps: dict[str, Tensor], targets: Sequence[Target]) -> Tensor:
        net = self.inner.net
        if not self.inner.is_two_staged:
            levels = list(maps.values())
            places = net.anchor_generator(images, levels)
            losses = net.compute_loss([dict(each) for each in targets], net.head(levels), places)
            return torch.stack(list(losses.values())).sum()
        shifted = [
            {"boxes": each["boxes"], "labels": each["labels"] + 1} for each in targets
        ]  # 0 is nothing
        parts, was = (net.rpn, net.roi_heads), self.training
        with torch.random.fork_rng(enabled=not was):
            if not was:  # held-out pictures are measured by the same draw of anchors each time
                torch.manual_seed(0)
            for part in parts:  # they reckon a loss in training alone; norms below stay as they are
                part.training = True
            proposals, losses = net.rpn(images, maps, shifted)
            _, more = net.roi_heads(maps, proposals, images.image_sizes, shifted)
            for part in parts:
                part.training = was
        return torch.stack([*losses.values(), *more.values()]).sum()

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        keep_norms(self)
        return self

    def losses(self, raw: Raw, targets: Sequence[Target]) -> Tensor:  # noqa: ARG002 - it was asked with them
        """Return the model's own losses together, which it reckons where it answers."""
        return raw["loss"]

    def decode(self, *maps: Floats) -> Boxes:
        boxes, scores, labels = maps
        return boxes_of_found(boxes, scores, labels.astype("int64"))

    def rate_scales(self) -> dict[nn.Parameter, float]:
        net = self.inner.net
        head = HEADS[str(family_of(net.state_dict()))]
        body = set(net.backbone.body.parameters())
        return {
            parameter: BODY_RATE if parameter in body else REST_RATE
            for name, parameter in net.named_parameters()
            if not name.startswith(head)
        }

    def freeze(self, layers: int) -> None:
        for layer in stages(list(self.inner.net.backbone.body.children()))[:layers]:
            layer.requires_grad_(False)

    def save(self, folder: Path, labels: tuple[str, ...], threshold: float) -> None:
        weights = {name: value.contiguous() for name, value in self.inner.net.state_dict().items()}
        save_file(weights, folder / WEIGHTS)
        record = {
            "v": 1,
            "labels": list(labels),
            "net": {"side": self.side},
            "threshold": threshold,
        }
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def from_base(folder: Path, kinds: int, side: int) -> AnchorDetector:
    """Return the detector of a base with a fresh layer for so many kinds.

    Raises:
        KeyError, ValueError: its weights are of another layout.
    """
    weights = load_file(folder / WEIGHTS)
    return AnchorDetector(Anchors(built(weights, kinds, is_fresh=True), side))


def from_trained(folder: Path) -> tuple[AnchorDetector, dict[str, Any]]:
    """Return a detector that `save` wrote, and its record.

    Raises:
        KeyError, ValueError: its weights are of another layout.
    """
    record = json.loads((folder / RECORD).read_text("utf-8"))
    return AnchorDetector(load_alone(folder)), record
