"""Recordings to numbers of a voice, in numpy alone: the speech of a recording, and its tone colour; it must never import torch."""

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.audio.features import FRAME, HOP, RATE_HZ, cepstrum, level

QUIET_DB = 35.0  # below the loudest frame: what lies before and after the speech
SPOKEN_DB = 25.0  # below the loud frames: what lies between words is not counted as speech
SILENT_DB = -55.0  # of full scale: whatever is quieter is nobody's voice
LEAST_CHANGE_DB = 6.0  # between loud and quiet frames: a fan or a tone changes less
KEPT_FRAMES = 3  # around what is heard
EDGE = FRAME  # samples kept around it

Floats = NDArray[np.float32]


def speech(clip: Floats) -> Floats:
    """Return a recording without the silence before and after what is said."""
    if len(clip) < 2 * FRAME:
        return clip
    frames = np.lib.stride_tricks.sliding_window_view(clip, FRAME)[::HOP]
    loudness = 10 * np.log10(np.square(frames).mean(axis=1) + 1e-10)
    heard = np.flatnonzero(loudness > loudness.max() - QUIET_DB)
    return clip[max(0, int(heard[0]) * HOP - EDGE) : int(heard[-1]) * HOP + FRAME + EDGE]


def spoken(clip: Floats) -> Floats:
    """Return what is said in a recording that is as loud as it came, pauses left out; nothing of silence or of a steady noise."""
    if len(clip) < 2 * FRAME:
        return clip[:0]
    whole = clip[: len(clip) // FRAME * FRAME].reshape(-1, FRAME)
    loudness = 10 * np.log10(np.square(whole - whole.mean()).mean(axis=1) + 1e-12)
    loudest = float(np.quantile(loudness, 0.95))
    steady = loudest - float(np.quantile(loudness, 0.05)) < LEAST_CHANGE_DB
    if loudest < SILENT_DB or steady:
        return clip[:0]
    heard = np.flatnonzero(loudness > max(loudest - SPOKEN_DB, SILENT_DB))
    near = np.unique(
        np.clip(heard[:, None] + np.arange(-KEPT_FRAMES, KEPT_FRAMES + 1), 0, len(whole) - 1)
    )
    said: Floats = whole[near].ravel()
    return said


def colour(sound: Floats) -> Floats:
    """Return the tone colour of speech: means and spreads of its cepstral coefficients, and of how they change."""
    found = cepstrum(level(sound))
    if len(found) < 2:
        found = np.pad(found, ((0, 2 - len(found)), (0, 0)), mode="edge")
    change = np.gradient(found, axis=0)
    told = [found.mean(axis=0), found.std(axis=0), change.std(axis=0)]
    numbers: Floats = np.concatenate(told).astype(np.float32)
    return numbers


def seconds_of(sound: Floats) -> float:
    """Return how long speech at RATE_HZ lasts."""
    return len(sound) / RATE_HZ
