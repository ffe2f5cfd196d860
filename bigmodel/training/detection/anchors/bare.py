"""Faster R-CNN and RetinaNet of torchvision from their state dict, as torch or safetensors write it, by today's names."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load
from torch import Tensor

from bigmodel.training.conversion.safe_folder import read_pickle, write_model
from bigmodel.training.detection.anchors.build import built, family_of

WRAPPERS = ("model", "state_dict", "model_state_dict")  # as training programs name it beside others
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
    [(name, content)] = files.items()
    whole = load(content) if name.endswith(".safetensors") else read_pickle(content)
    weights = renamed(_inside(whole))
    built(weights, KINDS, is_fresh=True)  # they must be whole
    write_model(folder, {"model_type": family_of(weights)}, weights)


def _inside(whole: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the weights alone, of whatever a training stored beside them."""
    given = next((whole[name] for name in WRAPPERS if isinstance(whole.get(name), dict)), whole)
    return {str(n).removeprefix(PREFIX): v for n, v in given.items() if isinstance(v, Tensor)}


def renamed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights by the names of today."""
    return {_name(name): value for name, value in weights.items()}


def _name(name: str) -> str:
    if match := LAYER.fullmatch(name):
        return f"{match[1]}.{int(match[2]) // 2}.0.{match[3]}"  # an activation stood between two
    return BLOCK.sub(r"\1.0.\2" if "_blocks" in name else r"\1.0.0.\2", name)
