"""The lower layers of a Whisper encoder as an ear for any sound: windows in, vectors out; nothing of it is ever trained.

Radford et al. 2022. Layers in the middle tell sounds apart better than the last ones, which lean towards words.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.transforms import MelSpectrogram
from transformers import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from bigmodel.base_models.package import WEIGHTS
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.training.audio.features import RATE_HZ, Floats

WHISPER_FFT, WHISPER_HOP, STRIDE = (
    400,
    160,
    320,
)  # samples: of a frame, between frames, between places of the encoder
LOUDNESS = 0.05  # root mean square of a window: what speech has that these models were trained on
DEPTH = 0.6  # of the encoder: 3 of 4 layers, 4 of 6; lower ones tell voices apart rather than words
PARTS = 3  # of a window, whose means are told apart
POOLED = 2 + PARTS
PREFIXES = ("model.encoder.", "encoder.")


@dataclass(frozen=True)
class EncoderSize:
    """All that is needed to build the encoder again. `places` are those of a window."""

    mels: int
    width: int
    heads: int
    inner: int
    layers: int
    places: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class SoundEncoder(nn.Module):
    """Windows of samples to the pooled answers of the last layer that is kept."""

    def __init__(self, size: EncoderSize) -> None:
        super().__init__()
        self.size = size
        encoder: Any = WhisperEncoder(
            _config(size)
        )  # Any: its last norm is of all layers, and goes
        encoder.layer_norm = nn.Identity()
        self.encoder = encoder
        self._mel = MelSpectrogram(
            RATE_HZ,
            n_fft=WHISPER_FFT,
            hop_length=WHISPER_HOP,
            n_mels=size.mels,
            norm="slaney",
            mel_scale="slaney",
        )

    def forward(self, windows: Sequence[Floats]) -> Tensor:
        """Return the vectors of windows, (windows, POOLED · width)."""
        device = next(self.encoder.parameters()).device
        frames = torch.stack([self._listen(window) for window in windows]).to(device)
        hidden = self.encoder(frames).last_hidden_state.float()  # (windows, places, width)
        filled = [self._filled(len(window)) for window in windows]
        return torch.stack([_pool(row[:n]) for row, n in zip(hidden, filled, strict=True)])

    def _listen(self, window: Floats) -> Tensor:
        """Return log-mel frames (mels, frames) of a window, with silence behind it."""
        samples = self.size.places * STRIDE
        sound = torch.from_numpy(window[:samples]) * LOUDNESS
        whole = functional.pad(sound, (0, samples - len(sound)))
        power = self._mel(whole)[:, :-1].clamp(min=1e-10).log10()
        frames: Tensor = (power.clamp(min=float(power.max()) - 8.0) + 4.0) / 4.0
        return frames

    def _filled(self, samples: int) -> int:
        """Return how many places a recording fills."""
        return min(self.size.places, max(2 * PARTS, math.ceil(samples / STRIDE)))


def load_encoder(base: BaseFiles, window: int) -> SoundEncoder:
    """Load what is needed of a Whisper: layers to a bit above the middle, and places for a window of samples.

    Raises:
        ModelError: its files do not make up a Whisper.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        about = json.loads((base.folder / "config.json").read_text("utf-8"))
        size = EncoderSize(
            mels=about["num_mel_bins"],
            width=about["d_model"],
            heads=about["encoder_attention_heads"],
            inner=about["encoder_ffn_dim"],
            layers=max(1, math.ceil(DEPTH * about["encoder_layers"])),
            places=min(about["max_source_positions"], math.ceil(window / STRIDE)),
        )
        made = SoundEncoder(size)
        made.encoder.load_state_dict(read_weights(base.folder / WEIGHTS, size))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ModelError(
            "base_cannot_be_loaded", base=base.name, reason=str(error)[:300]
        ) from error
    return made.eval()


def _config(size: EncoderSize) -> WhisperConfig:
    return WhisperConfig(
        num_mel_bins=size.mels,
        d_model=size.width,
        encoder_layers=size.layers,
        encoder_attention_heads=size.heads,
        encoder_ffn_dim=size.inner,
        max_source_positions=size.places,
    )


def read_weights(file: Path, size: EncoderSize) -> dict[str, Tensor]:
    """Return the weights of an encoder of this size from a file of a whole Whisper."""
    found = {}
    with safe_open(file, "pt") as stored:
        for name in stored.keys():  # noqa: SIM118 - it is no mapping
            prefix = next((p for p in PREFIXES if name.startswith(p)), None)
            if prefix is None:
                continue
            part = name.removeprefix(prefix)
            layer = part.split(".")[1] if part.startswith("layers.") else "0"
            if int(layer) < size.layers and not part.startswith("layer_norm."):
                found[part] = stored.get_tensor(name).float()
    found["embed_positions.weight"] = found["embed_positions.weight"][: size.places].clone()
    return found


def _pool(places: Tensor) -> Tensor:
    """Return mean, spread and the means of three parts. places: (places, width)."""
    parts = [part.mean(dim=0) for part in torch.tensor_split(places, PARTS)]
    return torch.cat([places.mean(dim=0), places.std(dim=0), *parts])
