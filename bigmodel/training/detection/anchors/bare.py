"""Faster R-CNN and RetinaNet of torchvision from their state dict, by today's names."""

import re
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load
from torch import Tensor

from bigmodel.training.conversion.safe_folder import write_model
from bigmodel.training.detection.anchors.build import built, family_of

PREFIX = "module."  # of a model that several cards trained
KINDS = 1  # any number: their layer is not compared
# Names of older releases, as torchvision itself renames them: blocks have a norm after their convolution since.
BLOCK = re.compile(r"((?:inner|layer)_blocks\.\d+|rpn\.head\.conv)\.(weight|bias)")
LAYER = re.compile(r"(.*_head\.conv)\.(\d+)\.(weight|bias)")


def convert(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the weights and which detector they are of.

    Raises:
        ValueError: they are no detector of torchvision, or not whole.
    """
    [content] = files.values()
    weights = renamed({name.removeprefix(PREFIX): value for name, value in load(content).items()})
    built(weights, KINDS, is_fresh=True)  # they must be whole
    write_model(folder, {"model_type": family_of(weights)}, weights)


def renamed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights by the names of today."""
    return {_name(name): value for name, value in weights.items()}


def _name(name: str) -> str:
    if match := LAYER.fullmatch(name):
        return f"{match[1]}.{int(match[2]) // 2}.0.{match[3]}"  # an activation stood between two
    return BLOCK.sub(r"\1.0.\2" if "_blocks" in name else r"\1.0.0.\2", name)
