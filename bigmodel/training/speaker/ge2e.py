"""The GE2E speaker encoder (Wan et al. 2018) as an ear for voices; nothing of it is ever trained."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file as load_weights
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.transforms import MelSpectrogram

from bigmodel.training.audio.features import RATE_HZ
from bigmodel.training.speaker.voice import Floats

MELS, WIDTH, LAYERS = 40, 256, 3
VOICE_FFT, STRIDE = 400, 160  # samples: of a frame, and between two
WINDOW, EVERY = 160, 80  # frames: what is heard at once, and how far the next such is
SHORTEST = WINDOW * STRIDE  # samples; shorter speech is repeated
LOUDNESS = 10 ** (-30 / 20)  # root mean square that it was trained on
AT_ONCE = 64  # windows


class VoiceEncoder(nn.Module):
    """Windows of mel frames to a direction of length 1 that says who speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(MELS, WIDTH, LAYERS, batch_first=True)
        self.linear = nn.Linear(WIDTH, WIDTH)
        self._mel = MelSpectrogram(
            RATE_HZ, n_fft=VOICE_FFT, hop_length=STRIDE, n_mels=MELS, norm="slaney",
            mel_scale="slaney", power=2, pad_mode="constant",
        )  # fmt: skip

    def forward(self, windows: Tensor) -> Tensor:
        """Return the directions of windows, (windows, WINDOW, MELS)."""
        _, (hidden, _) = self.lstm(windows)
        return functional.normalize(torch.relu(self.linear(hidden[-1])), dim=1)

    @torch.inference_mode()
    def vectors(self, sounds: Sequence[Floats]) -> list[Floats]:
        """Return the direction of each speech, the mean over its windows."""
        if not sounds:
            return []
        cut = [self._windows(sound) for sound in sounds]
        every = torch.cat(cut)
        heard = torch.cat([self(every[at : at + AT_ONCE]) for at in range(0, len(every), AT_ONCE)])
        means = [part.mean(dim=0) for part in torch.split(heard, [len(each) for each in cut])]
        return [functional.normalize(mean, dim=0).numpy() for mean in means]

    def _windows(self, sound: Floats) -> Tensor:
        loudness = float(np.sqrt(np.square(sound, dtype=np.float64).mean()))
        levelled = (sound * (LOUDNESS / max(loudness, 1e-6))).astype(np.float32)
        repeats = -(-SHORTEST // max(1, len(levelled)))
        if repeats > 1:
            levelled = np.tile(levelled, repeats)[:SHORTEST]
        frames = self._mel(torch.from_numpy(levelled)).T
        starts = range(0, len(frames) - WINDOW + 1, EVERY)
        return torch.stack([frames[at : at + WINDOW] for at in starts])


def load_encoder(file: Path) -> VoiceEncoder:
    """Load the encoder from the weights of the base; what else a file holds is left out.

    Raises:
        KeyError: weights are missing, which would else be random.
    """
    encoder = VoiceEncoder()
    own = encoder.state_dict()
    stored = {name: value.float() for name, value in load_weights(file).items() if name in own}
    if missing := {name for name in own if not name.startswith("_mel.")} - stored.keys():
        raise KeyError(min(missing))
    encoder.load_state_dict(own | stored)
    return encoder.eval()
