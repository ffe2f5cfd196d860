"""SPAN (Wan et al. 2024) for ×2 and ×4 out of ncnn's files: a list of layers, and their numbers one after another.

A convolution has a mark of 32 bits, its weights in 16 bits where the mark says so, filled up to four bytes, and its
bias in 32 bits; constants stand there bare.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import Tensor

from bigmodel.training.conversion.safe_folder import require_same, tensor, write_model
from bigmodel.training.enhancement.net import SPAN, EnhancerSize, Span

BLOCKS, CHANNELS, SCALES = 6, 48, (2, 4)
HALF, WHOLE = 0x01306B47, 0  # marks: 16 bits, 32 bits
LAYER = re.compile(
    r"/(?:block_(\d+)/)?([a-z]+\d?(?:_[a-z0-9]+)?)/"
)  # /block_1/c1_r/…, /conv_2/…, /upsampler/…
SETTINGS = re.compile(r"(-?\d+)=(\S+)")


def convert(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the networks of both scales into one folder, each below its scale."""
    weights: dict[str, Tensor] = {}
    for scale in SCALES:
        name = f"spanx{scale}_ch{CHANNELS}"
        found = _read(files[f"{name}.param"].decode("ascii"), files[f"{name}.bin"])
        require_same(Span(EnhancerSize(scale, BLOCKS, CHANNELS, SPAN, is_added=False)), found)
        weights |= {f"x{scale}.{key}": value for key, value in found.items()}
    config = {"model_type": SPAN, "blocks": BLOCKS, "channels": CHANNELS, "scales": list(SCALES)}
    write_model(folder, config, weights)


def _read(layers: str, numbers: bytes) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    at = 0
    for line in layers.splitlines()[2:]:
        kind, name, *rest = line.split() or [""] * 2
        told = dict(SETTINGS.findall(" ".join(rest)))
        if kind == "MemoryData":
            count = int(told["0"]) * int(told["1"]) * int(told["2"])
            found["mean"] = tensor(np.frombuffer(numbers, np.float32, count, at)).view(1, -1, 1, 1)
            at += 4 * count
        elif kind == "Convolution":
            at = _take_convolution(found, _called(name), told, numbers, at)
    if at != len(numbers):
        raise ValueError(f"{len(numbers) - at} bytes are left over")
    return found


def _take_convolution(
    found: dict[str, Tensor], name: str, told: Mapping[str, str], numbers: bytes, at: int
) -> int:
    """Read a convolution; return where its numbers end."""
    wide, side, count = int(told["0"]), int(told["1"]), int(told["6"])
    mark = int.from_bytes(numbers[at : at + 4], "little")
    if mark not in (HALF, WHOLE):
        raise ValueError(f"{name} is stored in a way that is not known")
    sort = np.dtype(np.float16 if mark == HALF else np.float32)
    values = np.frombuffer(numbers, sort, count, at + 4).astype(np.float32)
    at += 4 + -(-count * sort.itemsize // 4) * 4
    found[f"{name}.weight"] = tensor(values).view(wide, -1, side, side)
    found[f"{name}.bias"] = tensor(np.frombuffer(numbers, np.float32, wide, at))
    return at + 4 * wide


def _called(name: str) -> str:
    """Return how a layer is called here."""
    place = LAYER.match(name)
    if place is None:
        raise ValueError(f"{name} is no layer of SPAN")
    block, layer = place.groups()
    return f"blocks.{int(block) - 1}.{layer.removesuffix('_r')}" if block else layer
