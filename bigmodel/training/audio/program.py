"""Networks that listen through windows, without this app; it is written into programs that answer recordings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file as load_weights
from torch import Tensor
from torchaudio.transforms import MelSpectrogram
from transformers import AutoModelForAudioClassification

from bigmodel.training.audio.features import FLOOR, Floats, spans
from bigmodel.training.audio.net import AudioNet, NetSize
from bigmodel.training.pretrained import SAFELY
from bigmodel.training.standalone.audio.waves import filled

RATE = 16_000


class Listener:
    """A small network that takes the loudness of pitches, or one of Transformers that takes samples."""

    def __init__(self, folder: Path, record: Mapping[str, Any]) -> None:
        self._steps: int = record["steps"]
        self.is_small = record["kind"] == "net"
        self.net: Any
        if self.is_small:
            self._mel = MelSpectrogram(
                RATE, n_fft=512, win_length=400, hop_length=160, n_mels=40, f_min=20.0,
                f_max=7_600.0, pad_mode="constant",
            )  # fmt: skip
            self.net = AudioNet(NetSize(**record["net"]))
            self.net.load_state_dict(load_weights(folder / "model.safetensors"))
        else:
            self.net = AutoModelForAudioClassification.from_pretrained(
                folder, **SAFELY, dtype="float32"
            )
        self.net.eval()

    def windows(self, clip: Floats) -> Tensor:
        """Return the windows of a recording as the network takes them."""
        sound, silence = clip, 0.0
        if self.is_small:
            sound = torch.log(self._mel(torch.from_numpy(clip)) + FLOOR).T.numpy()
            silence = float(np.log(FLOOR))
        parts = [sound[start:end] for start, end in spans(len(sound), self._steps)]
        made = np.stack([filled(part, self._steps, silence) for part in parts])
        windows = torch.from_numpy(made.astype(np.float32))
        return windows[:, None] if self.is_small else windows
