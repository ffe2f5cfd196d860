"""Networks that make pictures sharper or cleaner: EDSR (Lim et al. 2017), small, begun at plain enlarging, and SPAN (Wan et al. 2024)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.training.enhancement.plain import Pixels
from bigmodel.training.enhancement.tiling import AROUND, tiled

EDSR, SPAN = "edsr", "span"  # families
MIDDLE = 0.45  # of the colours of photos


@dataclass(frozen=True)
class EnhancerSize:
    """All that a network is made of but its weights. `is_added`: what it makes is added to the plain picture."""

    scale: int
    blocks: int
    channels: int
    family: str = EDSR
    is_added: bool = True

    @property
    def around(self) -> int:
        """How many pixels a tile is given around it: as far as the network sees, a pixel for each convolution."""
        return max(AROUND, (3 if self.family == SPAN else 2) * self.blocks + 3)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "EnhancerSize":
        return cls(**{name: record[name] for name in cls.__dataclass_fields__ if name in record})


class Residual(nn.Module):
    """Two convolutions whose answer is added to what came; at first it adds nothing."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = _silent(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, maps: Tensor) -> Tensor:
        added: Tensor = self.second(functional.relu(self.first(maps)))
        return maps + added


class Enhancer(nn.Module):
    """The network. Pictures are fractions, (pictures, 3, height, width); `plain` is `scale` times as large as `given`."""

    def __init__(self, size: EnhancerSize) -> None:
        super().__init__()
        self.size = size
        wide = size.channels
        self.head = nn.Conv2d(3, wide, 3, padding=1)
        blocks = [Residual(wide) for _ in range(size.blocks)]
        self.body = nn.Sequential(*blocks, nn.Conv2d(wide, wide, 3, padding=1))
        self.tail = _silent(nn.Conv2d(wide, 3 * size.scale**2, 3, padding=1))

    def forward(self, given: Tensor, plain: Tensor) -> Tensor:
        maps = self.head((given - MIDDLE).contiguous(memory_format=torch.channels_last))
        maps = maps + self.body(maps)
        added = functional.pixel_shuffle(self.tail(maps), self.size.scale)
        return plain + added.float()


class Attention(nn.Module):
    """Three convolutions; where they answer strongly, of either sign, more of the answer and of what came is let through."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.c1, self.c2, self.c3 = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3))

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is let through, and the first activation."""
        first = functional.silu(self.c1(maps))
        answer = self.c3(functional.silu(self.c2(first)))
        return (answer + maps) * (answer.sigmoid() - 0.5), first


class Span(nn.Module):
    """The swift parameter-free attention network, as its authors trained it; it takes colours from 0 to 255 about their means."""

    def __init__(self, size: EnhancerSize) -> None:
        super().__init__()
        self.size = size
        self.mean: Tensor  # of colours
        wide = size.channels
        self.conv_1 = nn.Conv2d(3, wide, 3, padding=1)
        self.blocks = nn.ModuleList(Attention(wide) for _ in range(size.blocks))
        self.conv_2 = nn.Conv2d(wide, wide, 3, padding=1)
        self.conv_cat = nn.Conv2d(4 * wide, wide, 1)
        last = nn.Conv2d(wide, 3 * size.scale**2, 3, padding=1)
        self.upsampler = _silent(last) if size.is_added else last
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))

    def forward(self, given: Tensor, plain: Tensor) -> Tensor:
        came = (given - self.mean) * 255
        begun = self.conv_1(came.contiguous(memory_format=torch.channels_last))
        maps, passed = begun, []
        for block in self.blocks:
            maps, first = block(maps)
            passed.append((maps, first))
        together = torch.cat([begun, self.conv_2(maps), passed[0][0], passed[-1][1]], dim=1)
        made = functional.pixel_shuffle(self.upsampler(self.conv_cat(together)), self.size.scale)
        return plain + made.float() if self.size.is_added else made.float()


def make_net(size: EnhancerSize) -> "Enhancer | Span":
    """Return a network of a size with fresh weights."""
    return Span(size) if size.family == SPAN else Enhancer(size)


def enhanced(net: Enhancer | Span, given: Pixels, plain: Pixels, scale: int, device: str) -> Pixels:
    """Return a picture made by a network."""
    *_, (_, made) = tiles(net, given, plain, scale, device)
    return made


def tiles(
    net: Enhancer | Span, given: Pixels, plain: Pixels, scale: int, device: str
) -> Iterator[tuple[tuple[int, int], Pixels]]:
    """Yield a picture as far as it is made by a network, as `tiled` does."""

    def ask(*pair: Any) -> list[Any]:
        with torch.inference_mode():
            return [net(*(torch.from_numpy(part).to(device) for part in pair)).cpu().numpy()]

    yield from tiled(ask, given, plain, scale, net.size.around)


def as_tensor(pixels: Pixels) -> Tensor:
    """Return pictures (pictures, height, width, 3) as fractions, (pictures, 3, height, width)."""
    return torch.tensor(pixels).permute(0, 3, 1, 2).float() / 255


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    """Return a convolution that answers nothing until it has learned."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
