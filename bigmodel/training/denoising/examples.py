"""Noisy pieces and their clean twins as the training loop takes rows: mixed anew in every epoch, from (seed, epoch, row) alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from bigmodel.data.media.noise import made as noises
from bigmodel.training.denoising.spectra import FRAME, HOP, Floats
from bigmodel.training.denoising.voices import changed
from bigmodel.training.loop.examples import Batch

LOWEST_SNR_DB, HIGHEST_SNR_DB = -5.0, 20.0
QUIETEST_DB, LOUDEST_DB = -35.0, -15.0  # of a clean piece, of full scale
SILENT = 1e-4
TWICE = 0.15  # share of the rows with two noises at once
CHANGED = 0.5  # of the rows of another voice: their own, else one of the app's


@dataclass(frozen=True)
class Stock:
    """What pieces are made of: clean recordings, the noises that came with them, made noises, other voices."""

    clean: Sequence[Floats]
    noise: Sequence[Floats]
    made: Sequence[Floats]
    others: Sequence[Floats] = ()


@dataclass(frozen=True)
class Heard:
    """What a batch is measured against: noisy spectra (rows, BINS, frames), clean samples and how many of them count."""

    spectra: Tensor
    clean: Tensor
    lengths: Tensor


@dataclass(frozen=True)
class Mixtures:
    """Pieces of `length` samples; `rows` of them are an epoch."""

    stock: Stock
    rows: int
    length: int
    seed: int
    other_voices: float = 0.0
    made_noise: float = 0.0

    @property
    def lengths(self) -> list[int]:
        return [self.length] * self.rows

    def batch(
        self, rows: Sequence[int], device: torch.device | str = "cpu", epoch: int | None = None
    ) -> Batch:
        """Return noisy spectra of pieces, as this epoch mixes them."""
        pairs = [self.pair(row, epoch or 0) for row in rows]
        return batch_of(pairs, device)

    def pair(self, row: int, epoch: int) -> tuple[Floats, Floats]:
        """Return a noisy piece and the clean one."""
        dice = np.random.default_rng([self.seed, epoch, row])
        clean = self._voice(dice)
        noise = self._noise(dice)
        noisy, clean = noises.mixed(clean, noise, dice.uniform(LOWEST_SNR_DB, HIGHEST_SNR_DB))
        return noisy, clean

    def _voice(self, dice: np.random.Generator) -> Floats:
        is_other = dice.random() < self.other_voices
        has_pack = is_other and len(self.stock.others) > 0 and dice.random() >= CHANGED
        bank = self.stock.others if has_pack else self.stock.clean
        sound = bank[int(dice.integers(len(bank)))]
        if is_other:
            piece = changed(sound, self.length, dice)
        elif len(sound) < self.length:
            spare = self.length - len(sound)
            before = int(dice.integers(0, spare + 1))
            piece = np.pad(sound, (before, spare - before))
        else:
            piece = noises.cut(sound, self.length, dice)
        loud = 10 ** (dice.uniform(QUIETEST_DB, LOUDEST_DB) / 20)
        levelled: Floats = piece * np.float32(loud / (np.sqrt(np.square(piece).mean()) + SILENT))
        return levelled

    def _noise(self, dice: np.random.Generator) -> Floats:
        noise = self._one_noise(dice)
        if dice.random() < TWICE:
            noise = noise + np.float32(dice.uniform(0.2, 1.0)) * self._one_noise(dice)
        return noise

    def _one_noise(self, dice: np.random.Generator) -> Floats:
        is_made = not self.stock.noise or dice.random() < self.made_noise
        bank = self.stock.made if is_made and self.stock.made else self.stock.noise
        noise = noises.cut(bank[int(dice.integers(len(bank)))], self.length, dice)
        loud = float(np.sqrt(np.square(noise).mean()))
        if loud < SILENT:
            return noises.white(self.length, dice)
        return noise / np.float32(loud)


@dataclass(frozen=True)
class Pairs:
    """Whole noisy recordings and their clean twins, as they are: to measure by."""

    noisy: Sequence[Floats]
    clean: Sequence[Floats]
    lengths: list[int] = field(default_factory=list)

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str = "cpu",
        epoch: int | None = None,  # noqa: ARG002 - held-out recordings are never varied
    ) -> Batch:
        """Return noisy spectra of recordings, filled up with silence to the longest."""
        return batch_of([(self.noisy[row], self.clean[row]) for row in rows], device)


def batch_of(pairs: Sequence[tuple[Floats, Floats]], device: torch.device | str) -> Batch:
    """Return (noisy, clean) of any lengths as a batch."""
    lengths = [len(clean) for _, clean in pairs]
    longest = max(lengths)
    noisy, clean = (
        torch.from_numpy(np.stack([np.pad(each, (0, longest - len(each))) for each in side]))
        for side in zip(*pairs, strict=True)
    )
    spectra = spectra_of_batch(noisy.to(device))
    heard = Heard(spectra, clean.to(device), torch.tensor(lengths, device=device))
    return Batch({"spectra": spectra}, heard)


def spectra_of_batch(sounds: Tensor) -> Tensor:
    """Return the spectra of sounds (rows, samples): complex, (rows, BINS, frames), as `spectra.spectra_of` makes them."""
    found: Tensor = torch.stft(
        _padded(sounds), FRAME, HOP, window=_window(sounds), center=False, return_complex=True
    )
    return found


def sounds_of_batch(spectra: Tensor, length: int) -> Tensor:
    """Return the samples (rows, length) of spectra of `spectra_of_batch`."""
    frames = torch.fft.irfft(spectra.transpose(1, 2), FRAME, dim=2) * _window(spectra.real)
    rows, count, _ = frames.shape
    sound = frames.new_zeros(rows, (count + 1) * HOP)
    sound[:, :-HOP] += frames[:, :, :HOP].reshape(rows, -1)
    sound[:, HOP:] += frames[:, :, HOP:].reshape(rows, -1)
    cut: Tensor = sound[:, HOP : HOP + length]
    return cut


def _padded(sounds: Tensor) -> Tensor:
    length = sounds.shape[1]
    frames = -(-length // HOP) + 1
    return torch.nn.functional.pad(sounds, (HOP, frames * HOP - length))


def _window(like: Tensor) -> Tensor:
    return torch.hann_window(FRAME, device=like.device, dtype=torch.float32).sqrt()
