"""Faster R-CNN (Ren et al. 2015) and RetinaNet (Lin et al. 2017) of torchvision, built after the shapes of their weights: no other settings are asked.

So a file can make no more room than it fills. It is written into programs, and never asks the network.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models import mobilenet_v3_large  # type: ignore[import-untyped]
from torchvision.models.detection import FasterRCNN, RetinaNet  # type: ignore[import-untyped]
from torchvision.models.detection.anchor_utils import AnchorGenerator  # type: ignore[import-untyped]
from torchvision.models.detection.backbone_utils import (  # type: ignore[import-untyped]
    BackboneWithFPN,
    _mobilenet_extractor,
)
from torchvision.models.detection.faster_rcnn import (  # type: ignore[import-untyped]
    FastRCNNConvFCHead,
    FastRCNNPredictor,
    TwoMLPHead,
)
from torchvision.models.detection.retinanet import RetinaNetHead  # type: ignore[import-untyped]
from torchvision.models.detection.rpn import RPNHead  # type: ignore[import-untyped]
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet  # type: ignore[import-untyped]
from torchvision.ops.feature_pyramid_network import (  # type: ignore[import-untyped]
    LastLevelMaxPool,
    LastLevelP6P7,
)

FASTER, RETINA = "torchvision_faster_rcnn", "torchvision_retinanet"
HEADS = {FASTER: "roi_heads.box_predictor.", RETINA: "head.classification_head.cls_logits."}
SIZES = (32, 64, 128, 256, 512)  # of anchors, as torchvision has them
RATIOS = (0.5, 1.0, 2.0)
THIRDS = (1.0, 2 ** (1 / 3), 2 ** (2 / 3))  # between two sizes, for RetinaNet
POOLED = 7  # places of a side of what the second stage looks at
Weights = Mapping[str, Tensor]


def family_of(weights: Weights) -> str | None:
    """Return which of the two families weights are of, or None."""
    if "roi_heads.box_predictor.cls_score.weight" in weights:
        return FASTER
    return RETINA if f"{HEADS[RETINA]}weight" in weights else None


def built(weights: Weights, kinds: int, *, is_fresh: bool) -> Any:
    """Return the detector of these weights for so many kinds, `is_fresh` with a new layer for them.

    Raises:
        KeyError, ValueError: they are of another layout; it says where.
    """
    family = family_of(weights)
    if family is None:
        raise ValueError("neither Faster R-CNN nor RetinaNet of torchvision")
    make, head = _faster if family == FASTER else _retina, HEADS[family] if is_fresh else ""
    with torch.device("meta"):  # no room is made before every shape is known to be filled
        wanted = make(weights, kinds).state_dict()
    kept = {name: value for name, value in weights.items() if not _is_fresh(name, head)}
    shapes = {name: value.shape for name, value in kept.items()}
    sizes = {name: value.shape for name, value in wanted.items() if not _is_fresh(name, head)}
    wrong = sorted(n for n in {*sizes, *shapes} if sizes.get(n) != shapes.get(n))
    if wrong:
        raise ValueError(f"weights differ from the layout of torchvision: {', '.join(wrong[:3])}")
    net = make(weights, kinds)
    net.load_state_dict(kept, strict=False)
    return net


def _is_fresh(name: str, head: str) -> bool:
    """Tell whether a tensor is of a new layer, or a count that norms which stay as they are do not need."""
    return name.endswith("num_batches_tracked") or bool(head and name.startswith(head))


def _faster(weights: Weights, kinds: int) -> Any:
    backbone = _backbone(weights, LastLevelMaxPool())
    boxes = len(weights["rpn.head.cls_logits.weight"])
    sizes = {3: tuple((size,) for size in SIZES), 15: (SIZES,) * 3}[boxes]
    anchors = AnchorGenerator(sizes, (RATIOS,) * len(sizes))
    depth = _count(weights, r"rpn\.head\.conv\.(\d+)\.")
    wide = backbone.out_channels
    if "roi_heads.box_head.fc6.weight" in weights:
        width = len(weights["roi_heads.box_head.fc6.weight"])
        head: Any = TwoMLPHead(wide * POOLED**2, width)
    else:
        places = sorted(_numbers(weights, r"roi_heads\.box_head\.(\d+)\.0\.weight"))
        folded = [len(weights[f"roi_heads.box_head.{place}.0.weight"]) for place in places]
        width = len(weights[f"roi_heads.box_head.{len(places) + 1}.weight"])
        shape = (wide, POOLED, POOLED)
        head = FastRCNNConvFCHead(shape, folded, [width], norm_layer=nn.BatchNorm2d)
    return FasterRCNN(
        backbone,
        num_classes=None,
        rpn_anchor_generator=anchors,
        rpn_head=RPNHead(wide, boxes, conv_depth=depth),
        box_head=head,
        box_predictor=FastRCNNPredictor(width, kinds + 1),  # the first is "nothing"
    )


def _retina(weights: Weights, kinds: int) -> Any:
    coarse = weights["backbone.fpn.extra_blocks.p6.weight"]
    wide = len(coarse)
    backbone = _backbone(weights, LastLevelP6P7(coarse.shape[1], wide))
    sizes = tuple(tuple(int(size * third) for third in THIRDS) for size in SIZES)
    anchors = AnchorGenerator(sizes, (RATIOS,) * len(SIZES))
    boxes = anchors.num_anchors_per_location()[0]
    if len(weights["head.regression_head.bbox_reg.weight"]) != 4 * boxes:
        raise ValueError("anchors of other sizes than torchvision's")
    norm = "head.regression_head.conv.0.1.weight" in weights
    head = RetinaNetHead(wide, boxes, kinds, partial(nn.GroupNorm, 32) if norm else None)
    return RetinaNet(backbone, kinds, anchor_generator=anchors, head=head)


def _backbone(weights: Weights, last: nn.Module) -> Any:
    """Return the body and the pyramid over its maps."""
    norm = nn.BatchNorm2d if "backbone.fpn.inner_blocks.0.1.weight" in weights else None
    if "backbone.body.0.0.weight" in weights:
        return _mobilenet_extractor(mobilenet_v3_large(weights=None), True, 6, norm_layer=norm)
    body = _resnet(weights)
    levels = _count(weights, r"backbone\.fpn\.inner_blocks\.(\d+)\.")
    used = range(5 - levels, 5)
    widths = [body.inplanes // 2 ** (4 - level) for level in used]
    wide = len(weights["backbone.fpn.inner_blocks.0.0.weight"])
    named = {f"layer{level}": str(place) for place, level in enumerate(used)}
    return BackboneWithFPN(body, named, widths, wide, extra_blocks=last, norm_layer=norm)


def _resnet(weights: Weights) -> Any:
    layers = [_count(weights, rf"backbone\.body\.layer{level}\.(\d+)\.") for level in range(1, 5)]
    if "backbone.body.layer1.0.conv3.weight" not in weights:
        return ResNet(BasicBlock, layers)
    inner = weights["backbone.body.layer1.0.conv2.weight"]
    groups = len(inner) // inner.shape[1]
    return ResNet(Bottleneck, layers, groups=groups, width_per_group=len(inner) // groups)


def _numbers(weights: Weights, pattern: str) -> set[int]:
    found = (re.match(pattern, name) for name in weights)
    return {int(match[1]) for match in found if match}


def _count(weights: Weights, pattern: str) -> int:
    return len(_numbers(weights, pattern))
