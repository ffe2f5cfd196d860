"""A small network from sound to letters: convolutions, then recurrent or Conformer layers; it never reads a file.

Sizes follow the data: a few words of one person need (and can fill) far less than hours of speech.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torchaudio.models import Conformer

Body = Literal["recurrent", "conformer"]


@dataclass(frozen=True)
class NetSize:
    """What a network is built from; it stands in the model's folder as JSON."""

    outputs: int
    mels: int = 64
    width: int = 128
    layers: int = 2
    stride: int = 2  # frames of 10 ms that become one step: 2 or 4
    body: Body = "recurrent"
    dropout: float = 0.2

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class SpeechNet(nn.Module):
    """Log-mel frames in, log-probabilities of letters at every step out (Graves et al. 2006)."""

    def __init__(self, size: NetSize) -> None:
        super().__init__()
        self.size = size
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", torch.zeros(size.mels))  # of every band of pitch
        self.register_buffer("spread", torch.ones(size.mels))
        channels = 32
        second = 2 if size.stride == 4 else 1
        self.front = nn.Sequential(
            nn.Conv2d(1, channels, 3, stride=2, padding=1),
            nn.BatchNorm2d(channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, stride=(second, 2), padding=1),
            nn.BatchNorm2d(channels),
            nn.SiLU(),
        )
        bands = (size.mels + 3) // 4
        self.inward = nn.Sequential(
            nn.Linear(channels * bands, size.width), nn.LayerNorm(size.width), nn.SiLU()
        )
        self.body: nn.Module
        if size.body == "conformer":
            self.body = Conformer(
                size.width, num_heads=4, ffn_dim=2 * size.width, num_layers=size.layers,
                depthwise_conv_kernel_size=15, dropout=size.dropout,
            )  # fmt: skip
            out = size.width
        else:
            self.body = nn.GRU(
                size.width, size.width, size.layers, batch_first=True, bidirectional=True,
                dropout=size.dropout if size.layers > 1 else 0.0,
            )  # fmt: skip
            out = 2 * size.width
        self.drop = nn.Dropout(size.dropout)
        self.head = nn.Linear(out, size.outputs)

    def forward(self, frames: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (rows, steps, outputs) and the steps of each row. frames: (rows, frames, mels)."""
        x = self.front(frames.unsqueeze(1))  # (rows, channels, steps, bands)
        x = self.inward(x.transpose(1, 2).flatten(2))  # (rows, steps, width)
        steps = self.steps(lengths)
        x = self.drop(x)
        if self.size.body == "conformer":
            x, _ = self.body(x, steps)
        else:
            packed = nn.utils.rnn.pack_padded_sequence(
                x, steps.cpu(), batch_first=True, enforce_sorted=False
            )
            x, _ = nn.utils.rnn.pad_packed_sequence(
                self.body(packed)[0], batch_first=True, total_length=x.shape[1]
            )
        logits: Tensor = self.head(self.drop(x))
        return logits, steps

    def steps(self, lengths: Tensor) -> Tensor:
        """Return how many steps recordings of so many frames become."""
        steps = (lengths + 1) // 2
        return (steps + 1) // 2 if self.size.stride == 4 else steps
