"""A detector of torchvision with its files alone; it is written into programs, and never asks the network."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.models.detection.image_list import ImageList  # type: ignore[import-untyped]

from bigmodel.training.detection.anchors.build import built
from bigmodel.training.standalone.networks.torch_body import TorchBody

MOST_BOXES = 100
LEAST_SCORE, OVERLAP = 0.05, 0.5


class Anchors(nn.Module):
    """A detector that takes fractions on squares, and answers boxes in pixels, certainties and kinds, certainty 0 for no box."""

    mean: Tensor
    spread: Tensor

    def __init__(self, net: Any, side: int) -> None:
        super().__init__()
        self.side, self.net = side, net
        for name, values in (
            ("mean", net.transform.image_mean),
            ("spread", net.transform.image_std),
        ):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1), persistent=False)
        self.is_two_staged = hasattr(net, "roi_heads")
        last = net.roi_heads if self.is_two_staged else net
        last.score_thresh, last.nms_thresh, last.detections_per_img = (
            LEAST_SCORE,
            OVERLAP,
            MOST_BOXES,
        )

    def look(self, pictures: Tensor) -> tuple[ImageList, dict[str, Tensor]]:
        """Return what there is to look at, and the maps of the pyramid."""
        scaled = (pictures - self.mean) / self.spread
        return ImageList(scaled, [(self.side, self.side)] * len(scaled)), self.net.backbone(scaled)

    def found(self, images: ImageList, maps: dict[str, Tensor]) -> list[dict[str, Tensor]]:
        """Return the boxes of each picture, the surest first."""
        if self.is_two_staged:
            proposals, _ = self.net.rpn(images, maps)
            boxes, _ = self.net.roi_heads(maps, proposals, images.image_sizes)
            return [{**each, "labels": each["labels"] - 1} for each in boxes]
        levels = list(maps.values())
        answers = self.net.head(levels)
        return self.of_answers(answers, self.net.anchor_generator(images, levels), levels)

    def of_answers(
        self, answers: dict[str, Tensor], places: list[Tensor], maps: Sequence[Tensor]
    ) -> list[dict[str, Tensor]]:
        """Return the boxes of each picture by what a head of one stage answers at each anchor."""
        each = self.net.anchor_generator.num_anchors_per_location()
        counts = [level[0, 0].numel() * many for level, many in zip(maps, each, strict=True)]
        split = {name: list(torch.split(value, counts, dim=1)) for name, value in answers.items()}
        sizes = [(self.side, self.side)] * len(places)
        found: list[dict[str, Tensor]] = self.net.postprocess_detections(
            split, [list(torch.split(place, counts)) for place in places], sizes
        )
        return found

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return filled(self.found(*self.look(pictures)))


def filled(found: Sequence[dict[str, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return boxes, certainties and kinds of pictures as tensors: places without a box are filled with zeros."""
    boxes, scores, labels = (
        torch.stack([_long(each[name]) for each in found]) for name in ("boxes", "scores", "labels")
    )
    return boxes, scores, labels


def _long(values: Tensor) -> Tensor:
    return torch.cat([values, values.new_zeros(MOST_BOXES - len(values), *values.shape[1:])])


def load_alone(folder: Path) -> Anchors:
    """Return the network of a folder.

    Raises:
        ValueError: its weights are of another layout.
    """
    record = json.loads((folder / "anchors.json").read_text("utf-8"))
    weights = load_file(folder / "model.safetensors")
    net = built(weights, len(record["labels"]), is_fresh=False)
    return Anchors(net, int(record["net"]["side"])).eval()


class Body(TorchBody):
    """The network of a folder, which programs ask."""

    def __init__(self, folder: Path) -> None:
        self.net = load_alone(folder)
        self.side = self.net.side
