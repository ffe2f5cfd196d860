"""The network that says how much of each pitch and moment is voice; it reads no file.

It hears the loudness of 96 bands, against the mean of the recording and against the noise floor of each band, so that
what it learns does not hang on one voice or one level. Convolutions along time that see ever further (Bai et al. 2018).
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

BINS, BANDS, ALONE = 257, 96, 32
FLOOR_SHARE = 0.15  # of the moments of a band that are no louder than its floor
SCALE = 4.0  # of natural logarithms of power: brings features near 1


@dataclass(frozen=True)
class NetSize:
    """All that is needed to build the network again."""

    width: int = 192
    blocks: int = 8
    spread: int = 5  # frames that a convolution sees
    lowest: float = 0.05  # amplitude: nothing is made softer than by 26 dB

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Block(nn.Module):
    """A convolution along time for each channel, one across channels, and a way around both."""

    def __init__(self, width: int, spread: int, apart: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, width)
        room = (spread - 1) * apart // 2
        self.along = nn.Conv1d(width, width, spread, padding=room, dilation=apart, groups=width)
        self.across = nn.Conv1d(width, 2 * width, 1)
        self.back = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        inner = functional.glu(self.across(self.along(self.norm(x))), dim=1)
        made: Tensor = x + self.back(inner)
        return made


class MaskNet(nn.Module):
    """Spectra in, gains out."""

    bands: Tensor

    def __init__(self, size: NetSize) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("bands", band_weights(), persistent=False)
        self.inward = nn.Conv1d(2 * BANDS, size.width, 3, padding=1)
        apart = [2 ** (number % 4) for number in range(size.blocks)]
        self.body = nn.Sequential(*(Block(size.width, size.spread, far) for far in apart))
        self.outward = nn.Conv1d(size.width + BANDS, BINS, 1)

    def forward(self, spectra: Tensor) -> Tensor:
        """Return gains from `lowest` to 1, (rows, BINS, frames). spectra: complex, of the same shape."""
        heard = features(spectra, self.bands)
        x = self.body(functional.relu(self.inward(heard)))
        told = self.outward(torch.cat([x, heard[:, :BANDS]], dim=1)).float()
        return self.size.lowest + (1 - self.size.lowest) * torch.sigmoid(told)


def features(spectra: Tensor, bands: Tensor) -> Tensor:
    """Return the loudness of bands against the mean and against their floors, (rows, 2 · BANDS, frames)."""
    power = torch.view_as_real(spectra).square().sum(dim=-1)
    level = power.mean(dim=(1, 2), keepdim=True) + 1e-12
    loud = torch.log(bands.T @ (power / level) + 1e-5)  # (rows, BANDS, frames)
    count = loud.shape[2]
    floor = loud.kthvalue(max(1, int(FLOOR_SHARE * count)), dim=2, keepdim=True).values
    middle = loud.mean(dim=(1, 2), keepdim=True)
    return torch.cat([loud - middle, loud - floor], dim=1) / SCALE


def band_weights() -> Tensor:
    """Return how much of each bin a band holds, (BINS, BANDS): the lowest alone, then ever wider triangles."""
    low = torch.arange(ALONE, dtype=torch.float32)
    high = torch.logspace(
        torch.log10(torch.tensor(float(ALONE))).item(),
        torch.log10(torch.tensor(float(BINS - 1))).item(),
        BANDS - ALONE,
    )
    centres = torch.cat([low, high])
    below = torch.cat([centres[:1] - 1, centres[:-1]])
    above = torch.cat([centres[1:], centres[-1:] + 1])
    bins = torch.arange(BINS, dtype=torch.float32)[:, None]
    rising = (bins - below) / (centres - below).clamp(min=1e-3)
    falling = (above - bins) / (above - centres).clamp(min=1e-3)
    weights = torch.minimum(rising, falling).clamp(0, 1)
    return weights / weights.sum(dim=0).clamp(min=1)
