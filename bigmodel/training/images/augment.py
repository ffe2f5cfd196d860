"""How pictures are varied while learning: crops, flips, colours, mixtures; every draw hangs on (seed, epoch, row).

A whole batch is cut, turned and resized in one step, which costs little beside the network.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torchvision.transforms import v2  # type: ignore[import-untyped]

from bigmodel.training.images.recipe import ImageParams

SMALLEST_CROP = 0.3  # of the area, at full strength
LONGEST_SIDE = 4 / 3
MOST_TURN = math.radians(20)
MOST_COLOUR = 0.5
MIRRORED_SHARE = 0.5
MIXED_SHARE = 0.6  # of the pictures, where mixing is on
DRAWS = 16  # numbers for each picture


@dataclass(frozen=True)
class Mixed:
    """Pictures as fractions, (rows, 3, side, side), and the share of each class in them."""

    pictures: Tensor
    shares: Tensor


def draws(seed: int, epoch: int, rows: Sequence[int]) -> Tensor:
    """Return numbers from 0 to 1 for each row, (rows, DRAWS), the same whenever they are asked for."""
    made = [np.random.default_rng([seed, epoch, row]).random(DRAWS) for row in rows]
    return torch.from_numpy(np.stack(made)).float()


def augment(
    squares: NDArray[np.uint8], params: ImageParams, rows: Sequence[int], epoch: int, side: int
) -> Tensor:
    """Return pictures varied as this epoch varies them, as fractions, (rows, 3, side, side)."""
    strength = params.augmentation_strength
    if params.augmentation == "none" or strength == 0:
        return plain(squares, side)
    chance = draws(params.seed, epoch, rows)
    if params.augmentation == "randaugment":
        squares = _randaugment(squares, params, rows, epoch)
    mirrored = 0.0 if params.mirrored == "no" else MIRRORED_SHARE
    pictures = _crop(_fractions(squares), chance, strength, side, mirrored)
    return _colour(pictures, chance, strength) if params.augmentation == "colour" else pictures


def plain(squares: NDArray[np.uint8], side: int) -> Tensor:
    """Return pictures as they are, at the size asked for."""
    pictures = _fractions(squares)
    if pictures.shape[-1] == side:
        return pictures
    return functional.interpolate(
        pictures, size=(side, side), mode="bilinear", antialias=True, align_corners=False
    )


def mix(
    pictures: Tensor, shares: Tensor, params: ImageParams, rows: Sequence[int], epoch: int
) -> Mixed:
    """Return pictures mixed with the next one of their batch (mix-up), or with a part of it (cut-mix)."""
    if params.mixing == "none" or len(pictures) < 2:
        return Mixed(pictures, shares)
    chance = draws(params.seed + 1, epoch, rows)
    other, other_shares = pictures.roll(1, dims=0), shares.roll(1, dims=0)
    is_mixed = chance[:, 0] < MIXED_SHARE
    is_cut = chance[:, 1] < {"mixup": 0.0, "cutmix": 1.0, "both": 0.6}[params.mixing]
    side = pictures.shape[-1]
    taken = chance[:, 2]  # the share of the other picture in a cut
    half = taken.sqrt() / 2
    places = (torch.arange(side) + 0.5) / side
    middle_x, middle_y = (half + chance[:, n] * (1 - 2 * half) for n in (3, 4))
    in_x = (places[None, :] - middle_x[:, None]).abs() < half[:, None]
    in_y = (places[None, :] - middle_y[:, None]).abs() < half[:, None]
    cut = (in_y[:, :, None] & in_x[:, None, :]).float()[:, None]
    blend = (0.5 * chance[:, 2] ** 2)[:, None, None, None]  # mostly a little
    part = torch.where(is_cut[:, None, None, None], cut, blend) * is_mixed[:, None, None, None]
    weight = part.mean(dim=(1, 2, 3))[:, None]
    return Mixed(pictures + part * (other - pictures), shares + weight * (other_shares - shares))


def _fractions(squares: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2).float() / 255


def _crop(pictures: Tensor, chance: Tensor, strength: float, side: int, mirrored: float) -> Tensor:
    """Cut a part of each picture, turn it a little, flip a share of them, and resize, all in one step."""

    def between(place: int, low: float, high: float) -> Tensor:
        return low + chance[:, place] * (high - low)

    area = between(0, 1 - (1 - SMALLEST_CROP) * strength, 1.0)
    long = math.log(LONGEST_SIDE) * strength
    ratio = torch.exp(between(1, -long, long))
    wide = (area * ratio).sqrt().clamp(max=1)
    high = (area / ratio).sqrt().clamp(max=1)
    turn = between(2, -MOST_TURN, MOST_TURN) * strength
    flip = torch.where(chance[:, 3] < mirrored, -1.0, 1.0)
    across, down = between(4, -1, 1) * (1 - wide), between(5, -1, 1) * (1 - high)
    first = torch.stack([wide * turn.cos() * flip, -high * turn.sin(), across], dim=1)
    second = torch.stack([wide * turn.sin() * flip, high * turn.cos(), down], dim=1)
    grid = functional.affine_grid(
        torch.stack([first, second], dim=1), [len(pictures), 3, side, side], align_corners=False
    )
    return functional.grid_sample(
        pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def _colour(pictures: Tensor, chance: Tensor, strength: float) -> Tensor:
    """Change light, contrast and saturation."""
    most = MOST_COLOUR * strength

    def factor(place: int) -> Tensor:
        return (1 + (2 * chance[:, place] - 1) * most)[:, None, None, None]

    lit = pictures * factor(6)
    middle = lit.mean(dim=(1, 2, 3), keepdim=True)
    contrasted = middle + (lit - middle) * factor(7)
    grey = contrasted.mean(dim=1, keepdim=True)
    tint = (chance[:, 9:12, None, None] - 0.5) * 0.2 * strength
    return (grey + (contrasted - grey) * factor(8) + tint).clamp(0, 1)


def _randaugment(
    squares: NDArray[np.uint8], params: ImageParams, rows: Sequence[int], epoch: int
) -> NDArray[np.uint8]:
    """Apply RandAugment (Cubuk et al. 2020); it draws from torch's generator, which is put back afterwards."""
    change = v2.RandAugment(magnitude=round(15 * params.augmentation_strength))
    made = np.empty_like(squares)
    with torch.random.fork_rng(devices=[]):
        for place, row in enumerate(rows):
            start = np.random.SeedSequence([params.seed, epoch, row]).generate_state(1)[0]
            torch.manual_seed(int(start))
            picture = torch.from_numpy(squares[place]).permute(2, 0, 1).contiguous()
            made[place] = change(picture).permute(1, 2, 0).numpy()
    return made
