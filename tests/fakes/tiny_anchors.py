"""Detectors of torchvision small enough to write in a test, with chance weights, as its own programs store them."""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.models.detection import FasterRCNN, RetinaNet  # type: ignore[import-untyped]
from torchvision.models.detection.backbone_utils import (  # type: ignore[import-untyped]
    _resnet_fpn_extractor,
)
from torchvision.models.detection.faster_rcnn import (  # type: ignore[import-untyped]
    FastRCNNPredictor,
    TwoMLPHead,
)
from torchvision.models.resnet import Bottleneck, ResNet  # type: ignore[import-untyped]
from torchvision.ops.feature_pyramid_network import (  # type: ignore[import-untyped]
    LastLevelP6P7,
)

FASTER, RETINA = "faster_rcnn", "retinanet"
FAMILIES = (FASTER, RETINA)
KINDS = 91  # as those of COCO


def tiny_anchors(family: str) -> torch.nn.Module:
    """Return a detector that knows the kinds of COCO."""
    torch.manual_seed(0)
    body = ResNet(Bottleneck, [1, 1, 1, 1], width_per_group=4)
    if family == RETINA:
        last = LastLevelP6P7(256, 256)
        return RetinaNet(_resnet_fpn_extractor(body, 5, [2, 3, 4], last), KINDS)  # type: ignore[no-any-return]
    pyramid = _resnet_fpn_extractor(body, 5)
    head = TwoMLPHead(256 * 7**2, 32)
    return FasterRCNN(pyramid, box_head=head, box_predictor=FastRCNNPredictor(32, KINDS))  # type: ignore[no-any-return]


def write_tiny_anchors(folder: Path, family: str = FASTER) -> Path:
    """Write its weights alone, by the names that a training on several cards gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {f"module.{name}": value for name, value in tiny_anchors(family).state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    return folder
