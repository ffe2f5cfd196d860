"""Reading recordings without torch and without this app; it is written into programs that answer recordings."""

import numpy as np
import soundfile
from numpy.typing import NDArray

from bigmodel.training.standalone.files import heard_whole

SOUND_HZ = 16_000


def decoded_sound(path: str) -> NDArray[np.float32]:
    """Return a recording in one channel at 16 kHz."""
    channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound: NDArray[np.float32] = channels.mean(axis=1)
    if rate == SOUND_HZ:
        return sound
    count = max(1, round(len(sound) * SOUND_HZ / rate))
    if rate > SOUND_HZ:  # take out what the lower rate cannot hold
        taps = np.sinc(np.arange(-32, 33) * SOUND_HZ / rate) * np.hamming(65)
        sound = np.convolve(sound, taps / taps.sum(), mode="same")
    places = np.arange(count) * (rate / SOUND_HZ)
    resampled: NDArray[np.float32] = np.interp(places, np.arange(len(sound)), sound).astype("f4")
    return resampled


def read_sound(path: str) -> NDArray[np.float32]:
    """Return a recording in one channel at 16 kHz, cleaned as those that were learned from."""
    return heard_whole(decoded_sound(path))
