"""The loudness of pitches in speech, and speech from it: log-mel bands, and phases that fit them (Griffin and Lim 1984)."""

from functools import cache

import torch
from torch import Tensor
from torchaudio.functional import melscale_fbanks
from torchaudio.transforms import GriffinLim

from bigmodel.training.synthesis.library import VOICE_HZ, VOICE_PEAK, VoiceSound

FRAME, HOP, BANDS = 1024, 256, 80
FLOOR = 1e-5
ROUNDS = 60  # of Griffin-Lim
REFINED = 30  # rounds in which bins are fitted to the bands
SHARPER = 1.2  # power of magnitudes: a network draws formants too flat


@cache
def bands() -> Tensor:
    """Return how much of each bin a band holds, (bins, BANDS)."""
    found: Tensor = melscale_fbanks(
        FRAME // 2 + 1, 0.0, VOICE_HZ / 2, BANDS, VOICE_HZ, norm="slaney", mel_scale="slaney"
    )
    return found


def mels_of(sound: VoiceSound) -> Tensor:
    """Return the log loudness of the bands, (frames, BANDS)."""
    spectra = torch.stft(
        torch.from_numpy(sound), FRAME, HOP, window=torch.hann_window(FRAME), return_complex=True
    )
    found: Tensor = (spectra.abs().T @ bands()).clamp(min=FLOOR).log()
    return found


def sound_of(mels: Tensor) -> VoiceSound:
    """Return speech of (frames, BANDS), the same whenever it is asked for."""
    weights, loud = bands(), mels.float().exp().T  # (bins, BANDS), (BANDS, frames)
    bins = (torch.linalg.pinv(weights.T) @ loud).clamp(min=FLOOR)
    for _ in range(REFINED):
        bins = bins * (weights @ (loud / (weights.T @ bins + 1e-6))) / (weights.sum(1) + 1e-6)[:, None]  # fmt: skip
    phases = GriffinLim(FRAME, n_iter=ROUNDS, hop_length=HOP, power=1.0, rand_init=False)
    sound = phases(bins**SHARPER)
    made: VoiceSound = (sound * (VOICE_PEAK / max(float(sound.abs().max()), 1e-6))).numpy()
    return made
