"""From recordings and their texts to the pieces of a voice: which are taken whole, and which words are cut out; it must never import torch.

A recording of one word is that word; one of several is kept whole, so that the same sentence is said as it was recorded.
Words are cut out of it only where it is certain where they lie: pauses part it into as many pieces as it has units, at
several thresholds alike, and no piece is far too long or short for what is written.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.audio import read_sound
from bigmodel.training.speaker.voice import speech
from bigmodel.training.speech.baseline import PAUSES_S, RISES, Parting, pieces
from bigmodel.training.synthesis.library import VOICE_HZ, VoiceSound
from bigmodel.training.synthesis.units import Unit, units_of

ALONE, WHOLE, CUT = "alone", "whole", "cut"
FEWEST_AGREEING = 3  # thresholds that part a recording alike
MOST_APART_S = 0.15  # of the length of one piece between them
MOST_UNEVEN = 3.0  # times as long or as short, by letter, as the median piece
SHORTEST_S = 0.06  # of a piece
MOST_OF_ONE = 9  # takes of one unit from which the usual one is chosen
MOST_WHOLE_UNITS = 40
MOST_SECONDS = 3_600  # of recordings that are kept
QUIET_RMS = 1e-3  # below it there is nothing to hear


@dataclass(frozen=True)
class Take:
    """One piece of sound, the units it says, and where it comes from: `alone`, `whole` or `cut`."""

    units: tuple[Unit, ...]
    sound: VoiceSound
    origin: str

    @property
    def key(self) -> str:
        return " ".join(unit.key for unit in self.units)


def takes_of(path: str, text: str) -> list[Take]:
    """Return the pieces of one recording; nothing of one that cannot be read, is silent or of which nothing is written."""
    units = units_of(text)
    if not units:
        return []
    try:
        sound = speech(read_sound(Path(path), VOICE_HZ))
    except DatasetError:  # one that has spoilt since the check: the others are enough
        return []
    if len(sound) < SHORTEST_S * VOICE_HZ or np.sqrt(np.square(sound).mean()) < QUIET_RMS:
        return []
    if len(units) == 1:
        return [Take(tuple(units), sound, ALONE)]
    whole = [Take(tuple(units), sound, WHOLE)] if len(units) <= MOST_WHOLE_UNITS else []
    cut = certain_pieces(sound, units)
    return whole + [
        Take((u,), speech(piece), CUT) for u, piece in zip(units, cut, strict=False)
    ]  # fmt: skip


def certain_pieces(sound: VoiceSound, units: Sequence[Unit]) -> list[VoiceSound]:
    """Return one piece of sound for each unit; nothing where it is not certain which is which."""
    ways = (Parting(rise, pause) for rise, pause in product(RISES, PAUSES_S))
    parted = [found for way in ways if len(found := pieces(sound, way)) == len(units)]
    if len(parted) < FEWEST_AGREEING:
        return []
    lengths = np.array([[len(piece) for piece in found] for found in parted]) / VOICE_HZ
    if np.ptp(lengths, axis=0).max() > MOST_APART_S:
        return []
    letters = np.array([len(unit.written) for unit in units])
    pace = np.median(lengths, axis=0) / letters
    if pace.max() > MOST_UNEVEN * np.median(pace) or pace.min() < np.median(pace) / MOST_UNEVEN:
        return []
    return parted[int(np.argsort(lengths.sum(axis=1))[len(parted) // 2])]


def usual_takes(takes: Sequence[Take]) -> list[Take]:
    """Return one take for each run of units: of those recorded alone, else whole, else cut out, the one of median length."""
    found: dict[str, dict[str, list[Take]]] = defaultdict(lambda: defaultdict(list))
    for take in takes:
        found[take.key][take.origin].append(take)
    chosen = []
    for by_origin in found.values():
        some = next(by_origin[origin] for origin in (ALONE, WHOLE, CUT) if by_origin[origin])
        some = some[:MOST_OF_ONE]
        middle = float(np.median([len(take.sound) for take in some]))
        chosen.append(min(some, key=lambda take: abs(len(take.sound) - middle)))
    return _within(chosen)


def _within(takes: Sequence[Take]) -> list[Take]:
    """Return the takes of few units first, as far as there is room."""
    kept, left = [], MOST_SECONDS * VOICE_HZ
    for take in sorted(takes, key=lambda take: len(take.units)):
        left -= len(take.sound)
        if left >= 0:
            kept.append(take)
    return kept
