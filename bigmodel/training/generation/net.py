"""The network of rectified flow: a U-Net that says where noise has to move, for a moment and a class; and how pictures are drawn with it.

Rectified flow as in Liu et al. 2023 and Lipman et al. 2023; classifier-free guidance as in Ho and Salimans 2022.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.drawing import flow_drawn, noise_rows, squares_of
from bigmodel.training.standalone.networks.torch_body import TorchBody

WIDTHS = (32, 64, 128)  # channels at the whole, half and quarter side
WAVES = 32  # by which a moment is told to the network
GROUPS = 8
HEADS = 4


@dataclass(frozen=True)
class NetSize:
    """Classes that can be asked for (none of them is one more), and channels."""

    classes: int
    widths: tuple[int, ...] = WIDTHS
    told: int = 128

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "NetSize":
        return cls(**{**value, "widths": tuple(value["widths"])})


class Residual(nn.Module):
    """Two convolutions beside a short way, scaled and shifted by what is told; at the start only the short way counts."""

    def __init__(self, before: int, after: int, told: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, before)
        self.first = nn.Conv2d(before, after, 3, padding=1)
        self.tell = nn.Linear(told, 2 * after)
        self.second_norm = nn.GroupNorm(GROUPS, after)
        self.second = nn.Conv2d(after, after, 3, padding=1)
        self.short = nn.Conv2d(before, after, 1) if before != after else nn.Identity()
        _start_at_zero(self.second)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        inner = self.first(functional.silu(self.norm(x)))
        scale, shift = self.tell(told)[:, :, None, None].chunk(2, dim=1)
        inner = self.second_norm(inner) * (1 + scale) + shift
        return torch.add(self.short(x), self.second(functional.silu(inner)))


class Attention(nn.Module):
    """Every place of a map looks at every other one."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, width)
        self.ask = nn.Conv2d(width, 3 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        _start_at_zero(self.out)

    def forward(self, x: Tensor) -> Tensor:
        rows, width, high, wide = x.shape
        parts = self.ask(self.norm(x)).reshape(rows, 3, HEADS, width // HEADS, high * wide)
        query, key, value = parts.transpose(3, 4).unbind(1)  # (rows, heads, places, channels)
        seen = functional.scaled_dot_product_attention(query, key, value)
        return torch.add(x, self.out(seen.transpose(2, 3).reshape(rows, width, high, wide)))


class FlowNet(nn.Module):
    """(pictures, moments, classes) → the direction from noise to a picture, all (rows, 3, side, side)."""

    waves: Tensor

    def __init__(self, size: NetSize) -> None:
        super().__init__()
        self.size = size
        fine, middle, coarse = size.widths
        told = size.told
        self.classes = nn.Embedding(size.classes + 1, told)
        self.moment = nn.Sequential(nn.Linear(2 * WAVES, told), nn.SiLU(), nn.Linear(told, told))
        self.enter = nn.Conv2d(3, fine, 3, padding=1)
        self.down_fine = Residual(fine, fine, told)
        self.halve = nn.Conv2d(fine, middle, 3, 2, 1)
        self.down_middle = Residual(middle, middle, told)
        self.halve_again = nn.Conv2d(middle, coarse, 3, 2, 1)
        self.coarse = Residual(coarse, coarse, told)
        self.look = Attention(coarse)
        self.coarse_again = Residual(coarse, coarse, told)
        self.narrow = nn.Conv2d(coarse, middle, 3, padding=1)
        self.up_middle = Residual(2 * middle, middle, told)
        self.narrow_again = nn.Conv2d(middle, fine, 3, padding=1)
        self.up_fine = Residual(2 * fine, fine, told)
        self.norm = nn.GroupNorm(GROUPS, fine)
        self.leave = nn.Conv2d(fine, 3, 3, padding=1)
        _start_at_zero(self.leave)
        self.register_buffer("waves", torch.exp(torch.linspace(0, math.log(1000), WAVES)))

    def forward(self, pictures: Tensor, moments: Tensor, classes: Tensor) -> Tensor:
        turns = moments[:, None] * self.waves[None]
        told = self.moment(torch.cat([turns.sin(), turns.cos()], dim=1))
        told = functional.silu(told + self.classes(classes))
        seen = pictures.contiguous(memory_format=torch.channels_last)
        fine = self.down_fine(self.enter(seen), told)
        middle = self.down_middle(self.halve(fine), told)
        x = self.coarse(self.halve_again(middle), told)
        x = self.coarse_again(self.look(x), told)
        x = self.up_middle(torch.cat([self.narrow(_doubled(x)), middle], dim=1), told)
        x = self.up_fine(torch.cat([self.narrow_again(_doubled(x)), fine], dim=1), told)
        left: Tensor = self.leave(functional.silu(self.norm(x)))
        return left.float()


class Body(TorchBody):
    """The network of a folder, which programs ask."""

    net: FlowNet

    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "flow.json").read_text("utf-8"))
        self.side: int = record["side"]
        self.net = FlowNet(NetSize.from_json(record["net"])).eval()
        self.net.load_state_dict(load_file(folder / "model.safetensors"))


def flow_stages(
    net: FlowNet,
    classes: Sequence[int],
    seeds: Sequence[Sequence[int]],
    side: int,
    *,
    guidance: float,
    steps: int,
) -> Iterator[Squares]:
    """Yield pictures from noise to the end by a network, as `flow_drawn` does."""
    device = next(net.parameters()).device

    def ask(*given: Any) -> list[Any]:
        with torch.inference_mode():
            return [net(*(torch.from_numpy(one).to(device) for one in given)).cpu().numpy()]

    nothing = net.size.classes
    how = {"nothing": nothing, "guidance": guidance, "steps": steps}
    yield from flow_drawn(ask, classes, seeds, side, **how)  # type: ignore[arg-type]


def noise_of(seeds: Sequence[Sequence[int]], shape: tuple[int, ...]) -> Tensor:
    """Return Gaussian noise, (rows, *shape), each row by its own seed."""
    return torch.from_numpy(noise_rows(seeds, shape))


def as_squares(pictures: Tensor) -> Squares:
    """Return pictures from −1 to 1, (rows, 3, side, side), as bytes, (rows, side, side, 3)."""
    return squares_of(pictures.detach().float().cpu().numpy())


def as_pictures(squares: Squares) -> Tensor:
    """Return what `as_squares` undoes."""
    return torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2).float() / 127.5 - 1


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def _start_at_zero(layer: nn.Conv2d) -> None:
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
