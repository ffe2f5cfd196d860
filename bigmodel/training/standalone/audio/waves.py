"""Reading recordings with torch and without this app; it is written into programs whose networks listen through windows."""

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torchaudio.functional import resample

from bigmodel.training.standalone.files import heard_whole

WAVE_HZ = 16_000


def wave_of(path: str) -> NDArray[np.float32]:
    """Return a recording in one channel at 16 kHz."""
    channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = torch.from_numpy(channels.mean(axis=1))
    made: NDArray[np.float32] = resample(sound, rate, WAVE_HZ).numpy()
    return made


def read_wave(path: str) -> NDArray[np.float32]:
    """Return a recording in one channel at 16 kHz, cleaned as those that were learned from."""
    return heard_whole(wave_of(path))


def filled(sound: NDArray[np.float32], steps: int, silence: float) -> NDArray[np.float32]:
    """Return a window in the middle of silence."""
    spare = steps - len(sound)
    start = round(spare * 0.5)
    edges = ((start, spare - start), *((0, 0) for _ in sound.shape[1:]))
    return np.pad(sound, edges, constant_values=silence)
