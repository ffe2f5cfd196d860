"""Sounds to spectra and back, in numpy alone; it must never import torch, and is written into programs.

Frames of 32 ms, each half over the one before, under the root of a Hann window going there and coming back: without
a change in between, the same samples come out.
"""

import numpy as np
from numpy.typing import NDArray

FRAME, HOP = 512, 256  # samples at 16 kHz
BINS = FRAME // 2 + 1
Floats = NDArray[np.float32]
Spectra = NDArray[np.complex64]


def window() -> Floats:
    """Return the root of a Hann window, (FRAME,)."""
    return np.sqrt(np.hanning(FRAME + 1)[:-1]).astype(np.float32)


def spectra_of(sound: Floats) -> Spectra:
    """Return the spectrum of every frame, (BINS, frames)."""
    frames = -(-len(sound) // HOP) + 1
    padded = np.pad(sound, (HOP, frames * HOP - len(sound)))
    cut = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    spectra: Spectra = np.fft.rfft(cut * window(), axis=1).T.astype(np.complex64)
    return spectra


def sound_of(spectra: Spectra, length: int) -> Floats:
    """Return so many samples whose spectra these are, of `spectra_of`."""
    frames = np.fft.irfft(spectra.T, FRAME, axis=1).astype(np.float32) * window()
    sound = np.zeros((len(frames) + 1) * HOP, np.float32)
    sound[:-HOP] += frames[:, :HOP].ravel()
    sound[HOP:] += frames[:, HOP:].ravel()
    return sound[HOP : HOP + length]
