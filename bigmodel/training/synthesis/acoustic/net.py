"""The network from symbols to the loudness of pitches: how long each symbol lasts, then all moments at once (Ren et al. 2021).

It needs no attention: in training an aligner says which moments are whose, later its own durations do. It reads no file.
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.training.synthesis.acoustic.alignment import likeliest_path, usual_path
from bigmodel.training.synthesis.acoustic.mels import BANDS

COMPARED = 80  # numbers by which a moment and a symbol are compared
NEAR = 0.01  # of their squared distance
LONGEST = 80  # moments of one symbol


@dataclass(frozen=True)
class VoiceSize:
    """All that is needed to build the network again."""

    symbols: int  # and 0, which is none
    width: int = 192
    readers: int = 4
    speakers: int = 6
    dropout: float = 0.1

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Told(NamedTuple):
    """What the network makes of texts and their recordings, in step with the moments and the symbols."""

    mels: Tensor  # (rows, frames, BANDS)
    likely: Tensor  # (rows, frames, symbols), log
    lasting: Tensor  # (rows, symbols), log of moments as they are guessed
    moments: Tensor  # (rows, symbols), as they are aligned


class Block(nn.Module):
    """A gated convolution along time, and a way around it."""

    def __init__(self, width: int, spread: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.along = nn.Conv1d(width, width, spread, padding=spread // 2, groups=width)
        self.across, self.back = nn.Linear(width, 3 * width), nn.Linear(3 * width // 2, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, inside: Tensor) -> Tensor:
        seen = self.along((self.norm(x) * inside).transpose(1, 2)).transpose(1, 2)
        made: Tensor = x + self.dropout(self.back(functional.glu(self.across(seen)))) * inside
        return made


class VoiceNet(nn.Module):
    """Symbols in, the loudness of BANDS at each moment out, with mean 0 and spread 1 in training."""

    centre: Tensor
    spread: Tensor

    def __init__(self, size: VoiceSize) -> None:
        super().__init__()
        self.size, wide = size, size.width
        self.meaning = nn.Embedding(size.symbols + 1, wide, padding_idx=0)
        self.readers = nn.ModuleList(Block(wide, 5, size.dropout) for _ in range(size.readers))
        self.clocks = nn.ModuleList(Block(wide, 3, 3 * size.dropout) for _ in range(2))
        self.lasting = nn.Linear(wide, 1)
        self.within = nn.Linear(3, wide)
        self.speakers = nn.ModuleList(Block(wide, 7, size.dropout) for _ in range(size.speakers))
        self.out = nn.Sequential(nn.LayerNorm(wide), nn.Linear(wide, BANDS))
        self.key = _compared(wide)
        self.query = _compared(BANDS)
        self.register_buffer("centre", torch.zeros(BANDS))
        self.register_buffer("spread", torch.ones(BANDS))

    def forward(self, symbols: Tensor, mels: Tensor, frames: Tensor) -> Told:
        """Learn from texts (rows, symbols) and recordings (rows, frames, BANDS)."""
        counts = (symbols > 0).sum(dim=1)
        x, inside = self._read(symbols)
        key = self.key(self.meaning(symbols).transpose(1, 2)).float()  # (rows, COMPARED, symbols)
        query = self.query(mels.transpose(1, 2)).float()
        apart = query.square().sum(1)[:, :, None] + key.square().sum(1)[:, None] - 2 * query.transpose(1, 2) @ key  # fmt: skip
        usual = usual_path(counts, frames, (len(symbols), mels.shape[1], symbols.shape[1]))
        likely = (-NEAR * apart).masked_fill(symbols[:, None] == 0, -1e4).log_softmax(-1) + usual
        moments = likeliest_path(likely, counts, frames)
        return Told(self._speak(x, moments, mels.shape[1]), likely, self._last(x, inside), moments)

    @torch.inference_mode()
    def say(self, symbols: Tensor) -> Tensor:
        """Return the log loudness of one text (symbols,), (frames, BANDS)."""
        x, inside = self._read(symbols[None])
        moments = self._last(x, inside).exp().round().clamp(1, LONGEST).long()
        mels: Tensor = self._speak(x, moments, int(moments.sum()))[0]
        return mels * self.spread + self.centre

    def _read(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        inside = (symbols > 0).unsqueeze(-1).float()
        x = self.meaning(symbols)
        for block in self.readers:
            x = block(x, inside)
        return x, inside

    def _last(self, x: Tensor, inside: Tensor) -> Tensor:
        x = x.detach()
        for block in self.clocks:
            x = block(x, inside)
        found: Tensor = self.lasting(x).squeeze(-1).float()
        return found

    def _speak(self, x: Tensor, moments: Tensor, longest: int) -> Tensor:
        """Spread symbols over their moments, each of which knows where within its symbol it lies."""
        ends = moments.cumsum(dim=1)  # (rows, symbols)
        moment = torch.arange(longest, device=x.device).repeat(len(x), 1)
        whose = torch.searchsorted(ends, moment, right=True).clamp(max=x.shape[1] - 1)
        length = moments.gather(1, whose).float()
        part = (moment - (ends - moments).gather(1, whose) + 0.5) / length.clamp(min=1)
        told = torch.stack(
            [part, length.clamp(min=1).log() / 3, torch.cos(torch.pi * part)], dim=-1
        )
        inside = (moment < ends[:, -1:]).unsqueeze(-1).float()
        wide = whose.unsqueeze(-1).expand(-1, -1, x.shape[2])
        y = x.gather(1, wide) + self.within(told)
        for block in self.speakers:
            y = block(y, inside)
        made: Tensor = self.out(y).float()
        return made


def _compared(width: int) -> nn.Sequential:
    inner = nn.Conv1d(width, 2 * COMPARED, 3, padding=1)
    return nn.Sequential(inner, nn.ReLU(), nn.Conv1d(2 * COMPARED, COMPARED, 1))
