"""The detector: FCOS (Tian et al. 2019) of torchvision on a feature pyramid (Lin et al. 2017) over a body of timm.

It reads squares of fractions and answers for each place of four maps how likely which kind is there, and how far
the sides of its box are. It has no anchors of several shapes and no second stage.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import timm
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.models.detection import FCOS  # type: ignore[import-untyped]
from torchvision.models.detection.anchor_utils import AnchorGenerator  # type: ignore[import-untyped]
from torchvision.models.detection.fcos import FCOSHead  # type: ignore[import-untyped]
from torchvision.models.detection.image_list import ImageList  # type: ignore[import-untyped]
from torchvision.ops import FeaturePyramidNetwork  # type: ignore[import-untyped]
from torchvision.ops.feature_pyramid_network import (  # type: ignore[import-untyped]
    LastLevelMaxPool,
)

from bigmodel.training.detection.squares import Pixels, fitted, square
from bigmodel.training.images.pretrained import stages

STRIDES = (8, 16, 32)  # of the maps of the body that the pyramid stands on
SIZES = ((8,), (16,), (32,), (64,))  # one a level: FCOS takes them as strides
CONVOLUTIONS = 2
LEAST_SCORE = 0.05
MOST_ALIKE = (
    0.5  # overlap of two boxes of a kind, above which the surer one stays (non-maximum suppression)
)
MOST_BOXES = 100
MOST_CANDIDATES = 400  # of a level
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
        for part in self.body.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.eval()
        return self


class Detector(nn.Module):
    """The network. Its answer to a batch is raw: `losses` and `boxes` make something of it."""

    def __init__(self, size: DetectorSize) -> None:
        super().__init__()
        self.size = size
        places = AnchorGenerator(SIZES, ((1.0,),) * len(SIZES))
        pyramid = Pyramid(size)
        self.fcos: Any = FCOS(
            pyramid,
            size.kinds,
            anchor_generator=places,
            head=FCOSHead(size.channels, 1, size.kinds, CONVOLUTIONS),
            score_thresh=LEAST_SCORE,
            nms_thresh=MOST_ALIKE,
            detections_per_img=MOST_BOXES,
            topk_candidates=MOST_CANDIDATES,
        )

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        answers: dict[str, Tensor] = self.fcos.head(self.fcos.backbone(pictures))
        return answers

    def losses(self, raw: Mapping[str, Tensor], targets: Sequence[Mapping[str, Tensor]]) -> Tensor:
        """Return focal loss of kinds, GIoU loss of boxes and that of centres, together."""
        whole = {name: value.float() for name, value in raw.items()}
        places, levels = self._places(whole["cls_logits"])
        found = self.fcos.compute_loss(list(targets), whole, [places] * len(targets), levels)
        return torch.stack(list(found.values())).sum()

    def boxes(self, raw: Mapping[str, Tensor]) -> list[dict[str, Tensor]]:
        """Return boxes, scores and labels of each picture, the surest first, in pixels of the square."""
        places, levels = self._places(raw["cls_logits"])
        parts = {
            name: list(torch.split(value.float(), levels, dim=1)) for name, value in raw.items()
        }
        count, side = len(raw["cls_logits"]), self.size.side
        split = [list(torch.split(places, levels))] * count
        found: list[dict[str, Tensor]] = self.fcos.postprocess_detections(
            parts, split, [(side, side)] * count
        )
        return found

    def rate_scales(self) -> dict[nn.Parameter, float]:
        """Return less for the body than for what is new."""
        return dict.fromkeys(self.fcos.backbone.body.parameters(), BODY_RATE)

    def thaw(self, progress: float) -> None:
        """Nothing is kept for later."""

    def freeze(self, layers: int) -> None:
        """Keep the lowest layers of the body as they are."""
        for layer in stages(list(self.fcos.backbone.body.children()))[:layers]:
            layer.requires_grad_(False)

    def _places(self, answers: Tensor) -> tuple[Tensor, list[int]]:
        """Return where on the square each answer stands, and how many are of each level."""
        side, device = self.size.side, answers.device
        sides = [side // stride for stride in STRIDES]
        sides.append(-(-sides[-1] // 2))
        maps = [torch.empty(1, 0, n, n, device=device) for n in sides]
        square = ImageList(torch.empty(1, 3, side, side, device=device), [(side, side)])
        [places] = self.fcos.anchor_generator(square, maps)
        return places, [n * n for n in sides]


def found_shares(
    net: Detector, picture: Image.Image, device: str
) -> list[tuple[tuple[float, float, float, float], int, float]]:
    """Return the boxes in a picture as shares of its sides, with the number of their kind and their certainty, the surest first."""
    side = net.size.side
    pixels = fitted(picture, side)
    height, width = pixels.shape[:2]
    [found] = net.boxes(net(tensor_of([pixels], side).to(device)))
    shares = found["boxes"].cpu().double() / torch.tensor([width, height, width, height])
    sides = [(a, b, c, d) for a, b, c, d in shares.clamp(0, 1).tolist()]
    return list(zip(sides, found["labels"].tolist(), found["scores"].tolist(), strict=True))


def tensor_of(pictures: Sequence[Pixels], side: int) -> Tensor:
    """Return pictures as fractions on squares, (pictures, 3, side, side)."""
    squares = torch.stack([torch.from_numpy(square(pixels, side)) for pixels in pictures])
    made = squares.permute(0, 3, 1, 2).float() / 255
    return made.contiguous(memory_format=torch.channels_last)
