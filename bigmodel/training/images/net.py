"""The network that learns pictures from scratch: a small residual one (He et al. 2016), sized to the rows."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

DEPTH = 4  # stages; each halves the sides and doubles the channels
WIDE_ROWS = 20_000  # from so many pictures on, a wider network pays


class NetOutput(NamedTuple):
    """Answers before softmax, and what the picture shows as a vector."""

    logits: Tensor
    features: Tensor


@dataclass(frozen=True)
class NetSize:
    """All that is needed to build the network again."""

    outputs: int
    width: int = 32
    blocks: tuple[int, ...] = (1,) * DEPTH

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "blocks": list(self.blocks)}


def size_for(rows: int, outputs: int) -> NetSize:
    """Return a network that so many pictures can fill."""
    return NetSize(outputs, 64, (2,) * DEPTH) if rows > WIDE_ROWS else NetSize(outputs)


class ConvNet(nn.Module):
    """Takes pictures of any size as fractions, (rows, 3, height, width); brings colours to scale itself."""

    mean: Tensor
    spread: Tensor

    def __init__(self, size: NetSize) -> None:
        super().__init__()
        self.size = size
        width = size.width
        self.register_buffer("mean", torch.full((1, 3, 1, 1), 0.5))
        self.register_buffer("spread", torch.full((1, 3, 1, 1), 0.25))
        self.stem = nn.Sequential(
            *_layer(3, width // 2, 2),
            nn.ReLU(),
            *_layer(width // 2, width),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        stages: list[nn.Module] = []
        before = width
        for place, count in enumerate(size.blocks):
            after = width * 2**place
            for number in range(count):
                stages.append(Block(before, after, 2 if place and not number else 1))
                before = after
        self.body = nn.Sequential(*stages)
        self.head = nn.Linear(before, size.outputs)

    def forward(self, pictures: Tensor) -> NetOutput:
        scaled = ((pictures - self.mean) / self.spread).contiguous(
            memory_format=torch.channels_last
        )
        features = self.body(self.stem(scaled)).mean(dim=(2, 3))
        return NetOutput(self.head(features), features)


class Block(nn.Module):
    """Two convolutions beside a short way; at the start only the short way counts."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Sequential(*_layer(before, after, stride))
        self.second = nn.Sequential(*_layer(after, after))
        nn.init.zeros_(self.second[1].weight)  # type: ignore[arg-type]  # the norm's
        self.short: nn.Module = nn.Identity()
        if stride > 1 or before != after:
            self.short = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True),
                nn.Conv2d(before, after, 1, bias=False),
                nn.BatchNorm2d(after),
            )

    def forward(self, x: Tensor) -> Tensor:
        inner = self.second(functional.relu(self.first(x)))
        return functional.relu(inner + self.short(x))


def _layer(before: int, after: int, stride: int = 1) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after)
