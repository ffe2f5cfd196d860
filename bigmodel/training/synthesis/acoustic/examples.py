"""Texts and their recordings as the training loop takes rows, and what a training on them strives for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError
from bigmodel.core.task import Reporter
from bigmodel.data.media.audio import read_sound
from bigmodel.training.loop.examples import Batch
from bigmodel.training.speaker.voice import speech
from bigmodel.training.synthesis.acoustic.alignment import all_paths
from bigmodel.training.synthesis.acoustic.mels import BANDS, mels_of
from bigmodel.training.synthesis.acoustic.net import Told
from bigmodel.training.synthesis.acoustic.symbols import read, symbols_of
from bigmodel.training.synthesis.library import VOICE_HZ, VOICE_PEAK, VoiceSound

LONGEST_S = 15.0  # of a recording that is learned from
QUIET_RMS = 1e-3  # below it there is nothing to hear
SPARE = 2  # moments more than symbols: fewer are not the text that is written
LASTING = 0.3  # weight of the durations in the loss


@dataclass(frozen=True)
class Take:
    """A text in symbols, and the loudness of pitches of its recording."""

    symbols: Sequence[str]
    mels: Tensor  # (frames, BANDS)


@dataclass(frozen=True)
class Spoken:
    """What a batch is measured against: mels (rows, frames, BANDS), and how many symbols and frames of each row count."""

    mels: Tensor
    symbols: Tensor
    frames: Tensor


@dataclass(frozen=True)
class Takes:
    """Recordings with their texts; symbols are numbers from 1 on."""

    symbols: Sequence[Tensor]
    mels: Sequence[Tensor]
    lengths: list[int] = field(default_factory=list)

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str = "cpu",
        epoch: int | None = None,  # noqa: ARG002 - takes are learned as they are
    ) -> Batch:
        """Return texts and recordings, filled up to the longest."""
        symbols = [self.symbols[row] for row in rows]
        mels = [self.mels[row] for row in rows]
        counts, frames = (torch.tensor([len(one) for one in each], device=device) for each in (symbols, mels))  # fmt: skip
        heard = pad_sequence(mels, batch_first=True).to(device)
        inputs = {"symbols": pad_sequence(symbols, batch_first=True).to(device), "mels": heard, "frames": frames}  # fmt: skip
        return Batch(inputs, Spoken(heard, counts, frames))


def takes_of(rows: Rows, report: Reporter) -> list[Take]:
    """Return the rows that can be learned from."""
    found = []
    for text, path in zip(rows.inputs, rows.targets, strict=True):
        report.step(phase="load", step=0, steps=0)
        if take := take_of(text, Path(path)):
            found.append(take)
    return found


def take_of(text: str, path: Path) -> Take | None:
    """Return one row; None where its recording is silent, spoilt, too long or too short for what is written."""
    symbols = symbols_of(read(text))
    try:
        sound = speech(read_sound(path, VOICE_HZ))
    except DatasetError:  # one that has spoilt since the check: the others are enough
        return None
    is_silent = not len(sound) or float(np.sqrt(np.square(sound).mean())) < QUIET_RMS
    if is_silent or len(symbols) < 3 or len(sound) > LONGEST_S * VOICE_HZ:
        return None
    mels = mels_of(_levelled(sound))
    return Take(symbols, mels) if len(mels) >= len(symbols) + SPARE else None


def _levelled(sound: VoiceSound) -> VoiceSound:
    made: VoiceSound = (sound * (VOICE_PEAK / np.abs(sound).max())).astype(np.float32)
    return made


class VoiceObjective:
    """Loudness near the recording's, durations near those of the aligner, and paths that explain the recording."""

    labels: tuple[str, ...] = ()

    def loss(self, raw: Told, spoken: Spoken) -> Tensor:
        """Return the mean loss of rows."""
        heard, lasting = self._parts(raw, spoken)
        paths = all_paths(raw.likely.float(), spoken.symbols, spoken.frames)
        return 2 * heard + LASTING * lasting + paths

    def look(self, raw: Told, spoken: Spoken) -> tuple[int, float, float]:
        heard, lasting = self._parts(raw, spoken)
        return len(spoken.mels), float(heard), float(lasting)

    def measure(self, looks: Sequence[tuple[int, float, float]]) -> dict[str, float]:
        rows, heard, lasting = (np.array(each) for each in zip(*looks, strict=True))
        mean = {"loudness": heard, "durations": lasting}
        found = {name: float(np.average(each, weights=rows)) for name, each in mean.items()}
        return {"loss": found["loudness"] + LASTING * found["durations"], **found}

    def score(self, measures: dict[str, float]) -> float:
        return -measures["loss"]

    def _parts(self, raw: Told, spoken: Spoken) -> tuple[Tensor, Tensor]:
        frames = torch.arange(spoken.mels.shape[1], device=spoken.mels.device)
        inside = (frames < spoken.frames[:, None]).unsqueeze(-1)
        heard = ((raw.mels.float() - spoken.mels).abs() * inside).sum() / (inside.sum() * BANDS)
        has = raw.moments > 0
        guessed, true = raw.lasting.float()[has], raw.moments[has].float().log()
        return heard, functional.mse_loss(guessed, true)
