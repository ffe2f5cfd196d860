"""Voices that a person did not record: those that come with the app, and a recording changed into another one; it must never import torch.

A network that heard one voice alone makes every other one worse, so part of what it learns from has other throats.
"""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np

from bigmodel.data.media.audio import RATE, read_sound
from bigmodel.training.denoising.spectra import Floats

PACK = Path(__file__).parents[3] / "assets" / "samples" / "voices_en.zip"  # made by us
SOUND = ".ogg"
SLOWEST, FASTEST = 0.7, 1.4  # pitch and pace of a changed voice against its own
TILT_DB = 8.0  # by which a microphone or a room may change a pitch
POINTS = 7


def voices_of_the_app() -> list[Floats]:
    """Return recordings of made-up people; none where the app was installed without its samples."""
    if not PACK.is_file():
        return []
    with zipfile.ZipFile(PACK) as pack:
        names = sorted(name for name in pack.namelist() if name.endswith(SOUND))
        chosen = names[len(names) // 2 :]  # the sample of noisy recordings has the others
        return [read_sound(BytesIO(pack.read(name))) for name in chosen]


def changed(sound: Floats, length: int, dice: np.random.Generator) -> Floats:
    """Return so many samples of a recording as of another throat, through another microphone."""
    pace = np.exp(dice.uniform(np.log(SLOWEST), np.log(FASTEST)))
    start = dice.uniform(0, max(1.0, len(sound) - length * pace))
    places = start + np.arange(length) * pace
    spoken = np.interp(places, np.arange(len(sound)), sound, right=0.0)
    spectrum = np.fft.rfft(spoken)
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    tilt = np.interp(hertz, np.geomspace(80, RATE / 2, POINTS), dice.uniform(-1, 1, POINTS))
    made: Floats = np.fft.irfft(spectrum * 10 ** (TILT_DB * tilt / 20), length).astype(np.float32)
    return made
