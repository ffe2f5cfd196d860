"""One clean recording and the noise that is mixed into it, as files in memory; the same names give the same mixture."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bigmodel.data.media.audio import read_sound, write_sound
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.noise import made as noises
from bigmodel.data.media.noise.made import Dice, Floats

SNRS_DB = (0.0, 2.5, 5.0, 7.5, 10.0, 15.0)  # of mixtures, each as often
EARLY = 0.7  # of the only noise there is: the rest is for recordings that are held out
MADE = (*noises.MADE, "babble")
VOICES_READ = 3


@dataclass(frozen=True)
class Mixer:
    """A clean recording, the noises it may get (none: those made by rule), and recordings for a babble.

    `half` is which part of its noise it gets: "early", "late" or "" for any.
    """

    entry: Entry
    noises: Sequence[Entry]
    voices: Sequence[Entry]
    half: str = ""

    def noisy(self) -> bytes:
        """Return the mixture as a FLAC file."""
        return write_sound(self._mixed()[0])

    def clean(self) -> bytes:
        """Return the clean recording at the loudness it has in the mixture."""
        return write_sound(self._mixed()[1])

    def _mixed(self) -> tuple[Floats, Floats]:
        clean = _sound(self.entry)
        dice = dice_of(self.entry.name, "mixture")
        snr = float(dice.choice(SNRS_DB))
        return noises.mixed(clean, self._noise(len(clean), dice), snr)

    def _noise(self, length: int, dice: Dice) -> Floats:
        if self.noises:
            whole = _sound(self.noises[int(dice.integers(len(self.noises)))])
            border = int(EARLY * len(whole))
            parts = {"early": whole[:border], "late": whole[border:]}
            noise = noises.cut(parts.get(self.half, whole), length, dice)
            return noise if np.abs(noise).max(initial=0) > 1e-4 else noises.pink(length, dice)
        kind = str(dice.choice(MADE))
        if kind == "babble":
            chosen = dice.integers(len(self.voices), size=VOICES_READ)
            voices = [_sound(self.voices[place]) for place in chosen]
            return noises.babble(voices, length, dice)
        return noises.MADE[kind](length, dice)


def dice_of(name: str, use: str) -> Dice:
    """Return dice that fall for a file of this name as they always do."""
    digest = hashlib.sha256(f"{use}\n{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def unit_of(name: str, use: str) -> float:
    """Return a number from 0 to 1 that hangs on a name alone."""
    return float(dice_of(name, use).random())


def _sound(entry: Entry) -> Floats:
    with entry.open() as file:
        return read_sound(file)
