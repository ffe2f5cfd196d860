"""Photos as latents, made once before a training: what the network of a latent diffusion model learns from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.made import Squares, shrunk
from bigmodel.training.generation.latent.schedule import Noising
from bigmodel.training.generation.learned import Learned, with_class
from bigmodel.training.generation.maker import measured_side
from bigmodel.training.images.read import read_square
from bigmodel.training.loop.examples import Batch
from bigmodel.training.loop.targets import class_indices

AT_ONCE = 4  # photos that are encoded together
CLASSLESS = (
    0.1  # share of the rows whose class is kept back, so that guidance has something to leave
)
HELD = 2**31  # stands in the place of an epoch where a photo is looked at as it is


@dataclass(frozen=True)
class Latents:
    """Photos, small as they are measured, and means and spreads of their latents, (photos, as taken or mirrored, 2, channels, high, wide)."""

    learned: Learned
    found: Tensor


@torch.inference_mode()
def read_latents(
    rows: Rows,
    labels: tuple[str, ...],
    side: int,
    encoder: AutoencoderKL,
    report: Reporter,
    *,
    is_mirrored: bool,
) -> Latents:
    """Return the photos of rows that can be read; where there are classes, of rows that have one of them.

    Raises:
        TrainingError: `pictures_are_unreadable`.
    """
    kept = with_class(rows, labels, report)
    targets, small, found = list[str](), list[Squares](), list[Tensor]()
    for places, squares in _read(kept, side):
        report.step(phase="prepare", step=0, steps=0)
        targets += [kept.targets[place] for place in places]
        small.append(shrunk(squares, measured_side(side)))
        pictures = torch.from_numpy(squares).permute(0, 3, 1, 2).float().to(encoder.device) / 127.5 - 1  # fmt: skip
        seen = [pictures, pictures.flip(3)] if is_mirrored else [pictures]
        found.append(torch.stack([_encoded(encoder, one) for one in seen], dim=1).half().cpu())
    if len(targets) < len(kept):
        report.note("training.note.pictures_left_out", "warning", count=len(kept) - len(targets))
    if not targets:
        raise TrainingError("pictures_are_unreadable")
    classes = class_indices(targets, labels) if labels else np.zeros(len(targets), np.int64)
    return Latents(Learned(np.concatenate(small), classes), torch.cat(found))


def _read(rows: Rows, side: int) -> Iterator[tuple[list[int], Squares]]:
    """Yield some photos after the other, with their places."""
    for start in range(0, len(rows), AT_ONCE):
        places, squares = [], []
        for place in range(start, min(start + AT_ONCE, len(rows))):
            try:
                squares.append(read_square(rows.inputs[place], side))
            except (DatasetError, OSError):
                continue
            places.append(place)
        if places:
            yield places, np.stack(squares)


def _encoded(encoder: AutoencoderKL, pictures: Tensor) -> Tensor:
    """Return means and spreads of latents, (pictures, 2, channels, high, wide), scaled as the network knows them."""
    about = encoder.encode(pictures).latent_dist
    found: Tensor = torch.stack([about.mean, about.std], dim=1) * encoder.config.scaling_factor
    return found


@dataclass(frozen=True)
class LatentExamples:
    """Latents with noise at some moment, and the noise; all chance hangs on seed, epoch and row."""

    latents: Latents
    noising: Noising
    classes: int
    seed: int

    @property
    def lengths(self) -> Sequence[int]:
        """Every photo is seen at the same size."""
        return [1] * len(self.latents.found)

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        place = HELD if epoch is None else epoch
        dice = [np.random.default_rng([self.seed, place, row]) for row in rows]
        chance = np.array([one.random(3) for one in dice])
        found = self.latents.found[list(rows)].float()  # (rows, mirrored, 2, channels, high, wide)
        turned = (chance[:, 1] * found.shape[1] * (epoch is not None)).astype(int)
        means, spreads = found[range(len(rows)), turned].unbind(1)
        drawn = torch.from_numpy(
            np.stack([one.standard_normal((2, *means.shape[1:]), np.float32) for one in dice])
        )
        clear, noise = means + spreads * drawn[:, 0], drawn[:, 1]
        moments = torch.from_numpy((chance[:, 2] * self.noising.moments).astype(np.int64))
        classes = torch.from_numpy(self.latents.learned.classes[list(rows)])
        if epoch is not None:
            classes = torch.where(torch.from_numpy(chance[:, 0] < CLASSLESS), self.classes, classes)
        seen = {
            "latents": self.noising.mixed(clear, noise, moments).to(device),
            "moments": moments.to(device),
            "classes": classes.to(device),
        }
        wanted = self.noising.wanted(clear, noise, moments).to(device)
        return Batch(seen, (wanted, self.noising.weights(moments).to(device)))
