"""The two small networks of a generative adversarial pair (Goodfellow et al. 2014): one makes pictures, the other tells them from real ones.

The losses are the non-saturating ones with a zero-centred gradient penalty on real pictures (Mescheder et al. 2018); the
class is told to both, to the second by projection (Miyato and Koyama 2018).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.drawing import pair_drawn
from bigmodel.training.standalone.networks.torch_body import TorchBody

NOISE = 96  # numbers that a picture is made of
GROUPS = 8
PENALTY = 2.0


@dataclass(frozen=True)
class PairSize:
    """Classes, the side of the pictures, and channels at a quarter, half and the whole side."""

    classes: int
    side: int
    widths: tuple[int, ...] = (128, 96, 48)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "PairSize":
        return cls(**{**value, "widths": tuple(value["widths"])})


class Generator(nn.Module):
    """(noise, classes) → pictures from −1 to 1, (rows, 3, side, side)."""

    def __init__(self, size: PairSize) -> None:
        super().__init__()
        coarse, middle, fine = size.widths
        self.start = size.side // 8
        self.classes = nn.Embedding(size.classes + 1, NOISE)
        self.enter = nn.Linear(2 * NOISE, coarse * self.start**2)
        self.layers = nn.Sequential(
            *_grown(coarse, coarse), *_grown(coarse, middle), *_grown(middle, fine),
            nn.Conv2d(fine, 3, 3, padding=1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, noise: Tensor, classes: Tensor) -> Tensor:
        told = torch.cat([noise, self.classes(classes)], dim=1)
        made: Tensor = self.layers(self.enter(told).unflatten(1, (-1, self.start, self.start)))
        return made


class Critic(nn.Module):
    """(pictures, classes) → how real each looks, (rows,)."""

    def __init__(self, size: PairSize) -> None:
        super().__init__()
        coarse, middle, fine = size.widths
        places = (size.side // 8) ** 2
        self.layers = nn.Sequential(
            nn.Conv2d(3, fine, 3, padding=1), nn.LeakyReLU(0.2),
            *_shrunk(fine, middle), *_shrunk(middle, coarse), *_shrunk(coarse, coarse), nn.Flatten(),
        )  # fmt: skip
        self.leave = nn.Linear(coarse * places, 1)
        self.classes = nn.Embedding(size.classes + 1, coarse * places)
        nn.init.zeros_(self.classes.weight)

    def forward(self, pictures: Tensor, classes: Tensor) -> Tensor:
        seen = self.layers(pictures)
        told: Tensor = self.leave(seen)[:, 0] + (seen * self.classes(classes)).sum(dim=1)
        return told


class Pair(nn.Module):
    """Both networks as one model: while it learns it answers its loss, else it makes pictures."""

    betas = (0.0, 0.99)  # of the optimiser: momentum makes the two chase each other

    def __init__(self, size: PairSize) -> None:
        super().__init__()
        self.size = size
        self.generator, self.critic = Generator(size), Critic(size)

    def forward(self, noise: Tensor, classes: Tensor, pictures: Tensor) -> Tensor:
        made: Tensor = self.generator(noise, classes)
        if not self.training:
            return made
        real = pictures.detach().requires_grad_()
        at_real, at_made = self.critic(real, classes), self.critic(made.detach(), classes)
        [slope] = torch.autograd.grad(at_real.sum(), real, create_graph=True)
        told = functional.softplus(-at_real).mean() + functional.softplus(at_made).mean()
        told = told + PENALTY / 2 * slope.square().sum(dim=(1, 2, 3)).mean()
        # The generator learns through the critic, which learns nothing by that: its weights are held.
        held = {n: p.detach() for n, p in self.critic.named_parameters()}
        fooled = functional.softplus(-functional_call(self.critic, held, (made, classes))).mean()
        return torch.stack([told, fooled])


class Body(TorchBody):
    """The generator of a folder, which programs ask."""

    net: Generator

    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "pair.json").read_text("utf-8"))
        self.net = Generator(PairSize.from_json(record["net"])).eval()
        self.net.load_state_dict(load_file(folder / "model.safetensors"))


def pair_pictures(
    generator: Generator, classes: Sequence[int], seeds: Sequence[Sequence[int]]
) -> Squares:
    """Return made pictures, (rows, side, side, 3); the noise of each hangs on its seed alone."""
    device = next(generator.parameters()).device

    def ask(*given: Any) -> list[Any]:
        with torch.inference_mode():
            return [generator(*(torch.from_numpy(one).to(device) for one in given)).cpu().numpy()]

    return pair_drawn(ask, classes, seeds, NOISE)


def _grown(before: int, after: int) -> tuple[nn.Module, ...]:
    return (
        nn.Upsample(scale_factor=2.0),
        nn.Conv2d(before, after, 3, padding=1),
        nn.GroupNorm(GROUPS, after),
        nn.SiLU(),
    )


def _shrunk(before: int, after: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)
