"""A small residual network that listens to log-mel pictures; it never reads a file and knows no classes by name.

Residual blocks as in He et al. 2016, narrow because recordings are few; it answers from means and peaks
over the whole window, so it matters little when something sounds.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.training.audio.features import BANDS

DROPPED = 0.2


@dataclass(frozen=True)
class NetSize:
    """All that is needed to build the network again."""

    outputs: int
    width: int = 24
    bands: int = BANDS

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """What the network says: `logits` (rows, outputs), and `features` (rows, 8 · width) that they come from."""

    logits: Tensor
    features: Tensor


class Block(nn.Module):
    """Two convolutions and a way around them; the first may halve time and pitch."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.one_norm = nn.BatchNorm2d(after)
        self.two = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.two_norm = nn.BatchNorm2d(after)
        self.around = (
            nn.Conv2d(before, after, 1, stride=stride, bias=False) if before != after else None
        )

    def forward(self, x: Tensor) -> Tensor:
        inner = functional.relu(self.one_norm(self.one(x)))
        inner = self.two_norm(self.two(inner))
        return functional.relu(inner + (self.around(x) if self.around else x))


class AudioNet(nn.Module):
    """Four stages; sounds are (rows, 1, frames, bands), brought to mean 0 and spread 1 by what training rows have."""

    centre: Tensor
    spread: Tensor

    def __init__(self, size: NetSize) -> None:
        super().__init__()
        self.size = size
        width = size.width
        self.register_buffer("centre", torch.zeros(size.bands))
        self.register_buffer("spread", torch.ones(size.bands))
        self.stem = nn.Conv2d(1, width, 5, stride=2, padding=2, bias=False)
        self.stem_norm = nn.BatchNorm2d(width)
        self.blocks = nn.Sequential(
            Block(width, width, 1), Block(width, 2 * width, 2), Block(2 * width, 4 * width, 2)
        )
        self.drop = nn.Dropout(DROPPED)
        self.head = nn.Linear(8 * width, size.outputs)

    def forward(self, sounds: Tensor) -> Answer:
        x = (sounds - self.centre) / self.spread
        x = x.contiguous(memory_format=torch.channels_last)
        x = functional.relu(self.stem_norm(self.stem(x)))
        x = self.blocks(x)  # (rows, 4 · width, frames / 8, bands / 8)
        features = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
        return Answer(self.head(self.drop(features)), features)


def width_for(rows: int) -> int:
    """Return how wide a network so many recordings can fill."""
    return 24 if rows < 4_000 else 40
