"""The detector: FCOS (Tian et al. 2019) of torchvision on a feature pyramid (Lin et al. 2017) over a body of timm.

It reads squares of fractions and answers for each place of four maps how likely which kind is there, and how far
the sides of its box are. It has no anchors of several shapes and no second stage.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import timm
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision.models.detection import FCOS  # type: ignore[import-untyped]
from torchvision.models.detection.anchor_utils import AnchorGenerator  # type: ignore[import-untyped]
from torchvision.models.detection.fcos import (  # type: ignore[import-untyped]
    FCOSHead,
    FCOSRegressionHead,
)
from torchvision.models.detection.image_list import ImageList  # type: ignore[import-untyped]
from torchvision.ops import FeaturePyramidNetwork  # type: ignore[import-untyped]
from torchvision.ops.feature_pyramid_network import (  # type: ignore[import-untyped]
    LastLevelMaxPool,
)

from bigmodel.training.detection.decoding import STRIDES, Floats, boxes_of_maps, map_sides
from bigmodel.training.detection.finder import Boxes, Finder, Raw, Target, keep_norms
from bigmodel.training.detection.squares import Pixels, square
from bigmodel.training.images.pretrained import stages

SIZES = tuple((stride,) for stride in STRIDES)  # one a level: FCOS takes them as strides
CONVOLUTIONS = 2
MOST_POWER = 5.0  # of e
REACH = 4.0  # strides to each side of a box at first: a level holds boxes that reach four to eight
RECORD, WEIGHTS = "detector.json", "model.safetensors"
BODY_RATE = 0.3  # learning rate of the body over that of all that is new


@dataclass(frozen=True)
class DetectorSize:
    """All that is needed to build the network again. `maps` are the places of the body's outputs."""

    architecture: str
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    kinds: int
    side: int
    maps: tuple[int, ...]
    channels: int = 96
    has_powers: bool = False  # as all have but the first ones, which answered sides as they are

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "DetectorSize":
        lists = {name: tuple(value[name]) for name in ("mean", "spread", "maps")}
        return cls(**{**value, **lists})


class Pyramid(nn.Module):
    """A body and the feature pyramid over its maps. Norms of the body keep the statistics of what it was trained with before."""

    mean: Tensor
    spread: Tensor

    def __init__(self, size: DetectorSize) -> None:
        super().__init__()
        shape = (1, 3, 1, 1)
        self.register_buffer("mean", torch.tensor(size.mean).view(shape))
        self.register_buffer("spread", torch.tensor(size.spread).view(shape))
        body: Any = timm.create_model(
            size.architecture, pretrained=False, features_only=True, out_indices=size.maps
        )
        self.body = body
        widths = body.feature_info.channels()
        self.pyramid = FeaturePyramidNetwork(widths, size.channels, LastLevelMaxPool())
        self.out_channels = size.channels

    def forward(self, pictures: Tensor) -> list[Tensor]:
        maps = self.body((pictures - self.mean) / self.spread)
        named = OrderedDict((str(place), each) for place, each in enumerate(maps))
        return list(self.pyramid(named).values())

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        keep_norms(self.body)
        return self


class SideHead(FCOSRegressionHead):  # type: ignore[misc]  # torchvision has no types
    """Sides of boxes as powers: a step of learning moves near and far ones by the same share."""

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Return reaches in strides, (pictures, places, 4), and how near places are to the middle, (pictures, places, 1)."""
        learned = [self.conv(each) for each in maps]
        powers = torch.cat([_by_place(self.bbox_reg(each)) for each in learned], dim=1)
        middles = torch.cat([_by_place(self.bbox_ctrness(each)) for each in learned], dim=1)
        return REACH * powers.float().clamp(-MOST_POWER, MOST_POWER).exp(), middles


def _by_place(answers: Tensor) -> Tensor:
    return answers.flatten(2).transpose(1, 2)


class Detector(Finder):
    """The network."""

    maps: ClassVar = ("cls_logits", "bbox_regression", "bbox_ctrness")

    def __init__(self, size: DetectorSize) -> None:
        super().__init__()
        self.size, self.side = size, size.side
        places = AnchorGenerator(SIZES, ((1.0,),) * len(SIZES))
        pyramid = Pyramid(size)
        self.fcos: Any = FCOS(
            pyramid,
            size.kinds,
            anchor_generator=places,
            head=FCOSHead(size.channels, 1, size.kinds, CONVOLUTIONS),
        )
        if size.has_powers:
            self.fcos.head.regression_head = SideHead(size.channels, 1, CONVOLUTIONS)

    def forward(
        self,
        pictures: Tensor,
        targets: Sequence[Target] | None = None,  # noqa: ARG002 - its losses need none to answer
    ) -> dict[str, Tensor]:
        answers: dict[str, Tensor] = self.fcos.head(self.fcos.backbone(pictures))
        return answers

    def losses(self, raw: Raw, targets: Sequence[Target]) -> Tensor:
        """Return focal loss of kinds, GIoU loss of boxes and that of centres, together."""
        whole = {name: value.float() for name, value in raw.items()}
        places, levels = self._places(whole["cls_logits"])
        found = self.fcos.compute_loss(list(targets), whole, [places] * len(targets), levels)
        return torch.stack(list(found.values())).sum()

    def decode(self, *maps: Floats) -> Boxes:
        kinds, reaches, middles = maps
        return boxes_of_maps(kinds, reaches, middles, self.side)

    def rate_scales(self) -> dict[nn.Parameter, float]:
        return dict.fromkeys(self.fcos.backbone.body.parameters(), BODY_RATE)

    def freeze(self, layers: int) -> None:
        for layer in stages(list(self.fcos.backbone.body.children()))[:layers]:
            layer.requires_grad_(False)

    def save(self, folder: Path, labels: tuple[str, ...], threshold: float) -> None:
        weights = {name: value.contiguous() for name, value in self.state_dict().items()}
        save_file(weights, folder / WEIGHTS)
        record = {
            "v": 1,
            "labels": list(labels),
            "net": self.size.to_json(),
            "threshold": threshold,
        }
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")

    def _places(self, answers: Tensor) -> tuple[Tensor, list[int]]:
        """Return where on the square each answer stands, and how many are of each level."""
        side, device = self.size.side, answers.device
        sides = map_sides(side)
        maps = [torch.empty(1, 0, n, n, device=device) for n in sides]
        square = ImageList(torch.empty(1, 3, side, side, device=device), [(side, side)])
        [places] = self.fcos.anchor_generator(square, maps)
        return places, [n * n for n in sides]


def tensor_of(pictures: Sequence[Pixels], side: int) -> Tensor:
    """Return pictures as fractions on squares, (pictures, 3, side, side)."""
    squares = torch.stack([torch.from_numpy(square(pixels, side)) for pixels in pictures])
    made = squares.permute(0, 3, 1, 2).float() / 255
    return made.contiguous(memory_format=torch.channels_last)
