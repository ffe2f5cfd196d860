"""A whole recording through the network, in parts where it is long; it reads no file, and is written into programs."""

import numpy as np
import torch
from torch import nn

from bigmodel.training.denoising.spectra import Floats, sound_of, spectra_of

PART, OVER = 1_250, 62  # frames that are heard at once (20 s), and on either side of them


def clean_by(net: nn.Module, noisy: Floats) -> Floats:
    """Return a recording at 16 kHz with each pitch and moment made as soft as the network says."""
    if not len(noisy):
        return noisy
    spectra = spectra_of(noisy)
    device = next(net.parameters()).device
    gains = np.empty(spectra.shape, np.float32)
    with torch.inference_mode():
        for start in range(0, spectra.shape[1], PART):
            first, last = max(0, start - OVER), start + PART + OVER
            part = torch.from_numpy(spectra[None, :, first:last]).to(device)
            told = net(part)[0].float().cpu().numpy()[:, start - first :]
            gains[:, start : start + PART] = told[:, :PART]
    return sound_of(spectra * gains, len(noisy))
