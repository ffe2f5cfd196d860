"""What a training on noisy recordings strives for: samples near the clean ones, and loudness of each pitch near theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bigmodel.training.denoising.examples import Heard, sounds_of_batch, spectra_of_batch

RATIO, LOUDNESS, BOTH = 0.05, 30.0, 10.0  # weights of the three parts of the loss
POWER = 0.3  # to which loudness is taken: soft sounds count too
TINY = 1e-7


@dataclass(frozen=True)
class Look:
    """What one batch of held-out recordings gave, a number each: its loss, and SI-SDR before and after in dB."""

    loss: float
    before: list[float]
    after: list[float]


class EnhanceObjective:
    """Signal-to-distortion ratio, with compressed spectra beside it (Braun and Tashev 2020)."""

    labels: tuple[str, ...] = ()

    def loss(self, gains: Tensor, heard: Heard) -> Tensor:
        """Return the mean loss of pieces. gains: (rows, BINS, frames)."""
        made = heard.spectra * gains
        sound = sounds_of_batch(made, heard.clean.shape[1])
        clean = spectra_of_batch(heard.clean)
        level = heard.clean.square().mean(dim=1).sqrt()[:, None, None] + 1e-4
        ours, true = made / level, clean / level
        loud, right = (each.abs().clamp(min=1e-5) for each in (ours, true))
        soft, aim = loud**POWER, right**POWER
        off = (soft - aim).square().mean()
        apart = (ours / loud * soft - true / right * aim).abs().square().mean()
        return RATIO * -_ratio(sound, heard.clean).mean() + LOUDNESS / 10 * off + BOTH / 10 * apart

    def look(self, gains: Tensor, heard: Heard) -> Look:
        made = sounds_of_batch(heard.spectra * gains, heard.clean.shape[1])
        noisy = sounds_of_batch(heard.spectra, heard.clean.shape[1])
        inside = torch.arange(made.shape[1], device=made.device) < heard.lengths[:, None]
        before, after = (_si_sdr(each * inside, heard.clean) for each in (noisy, made))
        return Look(float(self.loss(gains, heard)), before.tolist(), after.tolist())

    def measure(self, looks: Sequence[Look]) -> dict[str, float]:
        rows = [len(look.after) for look in looks]
        before, after = (
            np.array([v for look in looks for v in getattr(look, s)]) for s in ("before", "after")
        )
        return {
            "loss": float(np.average([look.loss for look in looks], weights=rows)),
            "si_sdr_improvement": float((after - before).mean()),
        }

    def score(self, measures: dict[str, float]) -> float:
        return measures["si_sdr_improvement"]


def _ratio(made: Tensor, clean: Tensor) -> Tensor:
    """Return the signal-to-distortion ratio of each row in dB, which counts loudness too."""
    rest = (made - clean).square().sum(dim=1)
    return 10 * torch.log10((clean.square().sum(dim=1) + TINY) / (rest + TINY))


def _si_sdr(made: Tensor, clean: Tensor) -> Tensor:
    energy = clean.square().sum(dim=1, keepdim=True) + TINY
    kept = (made * clean).sum(dim=1, keepdim=True) / energy * clean
    rest = (made - kept).square().sum(dim=1)
    return 10 * torch.log10((kept.square().sum(dim=1) + TINY) / (rest + TINY))
