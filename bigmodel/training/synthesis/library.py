"""Pieces of a person's voice, and how they are joined to say a text; numpy alone, and it must never import torch.

A piece says one unit or several in a row. A text is said by as few pieces as possible: a sentence that was recorded comes as
it was recorded. Units without a piece are left out, and named.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bigmodel.training.synthesis.sentences import COMMON
from bigmodel.training.synthesis.units import Unit, reads_digits, units_of

UNITS_FILE, UNITS_RECORD = "units.safetensors", "units.json"
VOICE_HZ = 16_000
VOICE_RMS, VOICE_PEAK = 0.08, 0.7
FADE_S = 0.012  # at both ends of a piece
WORD_GAP_S, SYLLABLE_GAP_S = 0.05, -0.06  # between pieces; below zero they overlap
COMMA_S = 0.25
MOST_SPOKEN = 300  # units of one text

VoiceSound = NDArray[np.float32]


@dataclass(frozen=True)
class SpokenText:
    """A text as it is said: samples at VOICE_HZ, its units, those that could not be said, and how many pieces it took."""

    sound: VoiceSound
    said: tuple[str, ...]
    missing: tuple[str, ...]
    pieces: int


@dataclass(frozen=True)
class UnitVoice:
    """A voice: `sounds` of int16 samples one after another, and where the piece for each run of units lies in them.

    Args:
        places: keys of units, joined by spaces, to (first sample, end).
        about: what else the record holds.
    """

    sounds: NDArray[np.int16]
    places: Mapping[str, tuple[int, int]]
    gap_s: float
    about: Mapping[str, Any]  # Any: as JSON has it

    @cached_property
    def _longest(self) -> int:
        return max((key.count(" ") + 1 for key in self.places), default=0)

    @cached_property
    def _reads_digits(self) -> bool:
        return reads_digits(list(self.places))

    @property
    def is_english(self) -> bool:
        return bool(COMMON & set(self.places))

    def units(self, text: str) -> list[Unit]:
        """Return what is to be said of a text."""
        return units_of(text, self.places.__contains__ if self._reads_digits else None)

    def say(self, text: str, pause_s: float = 0.0) -> SpokenText:
        """Return a text as this voice says it, with so much more pause between pieces."""
        units = self.units(text)[:MOST_SPOKEN]
        runs = self._runs([unit.key for unit in units])
        known = {place for start, end in runs for place in range(start, end)}
        missing = tuple(
            dict.fromkeys(u.written for place, u in enumerate(units) if place not in known)
        )
        pieces = [self._piece(" ".join(unit.key for unit in units[a:b])) for a, b in runs]
        gaps = [
            (COMMA_S if units[start].is_after_pause else self.gap_s) + pause_s for start, _ in runs
        ]
        said = tuple(unit.key for unit in units)
        return SpokenText(joined_pieces(pieces, gaps), said, missing, len(pieces))

    def _runs(self, keys: Sequence[str]) -> list[tuple[int, int]]:
        """Return (first unit, end) of each piece: the fewest units missing, then the fewest pieces, and of such the longest first."""
        best: list[tuple[int, int, int]] = [(0, 0, 0)] * (len(keys) + 1)  # missing, pieces, end
        for start in range(len(keys) - 1, -1, -1):
            missing, pieces, _ = best[start + 1]
            choices = [(missing + 1, pieces, start)]
            for end in range(min(len(keys), start + self._longest), start, -1):
                if " ".join(keys[start:end]) in self.places:
                    missing, pieces, _ = best[end]
                    choices.append((missing, pieces + 1, end))
            best[start] = min(choices, key=lambda choice: (choice[0], choice[1], -choice[2]))
        found, start = [], 0
        while start < len(keys):
            end = best[start][2]
            if end > start:
                found.append((start, end))
            start = max(end, start + 1)
        return found

    def _piece(self, key: str) -> VoiceSound:
        start, end = self.places[key]
        piece: VoiceSound = self.sounds[start:end].astype(np.float32) / np.float32(32_768)
        return piece

    def save(self, folder: Path) -> None:
        """Write the voice into a folder."""
        places = [[key, *ends] for key, ends in self.places.items()]
        record = {"v": 1, "gap_s": self.gap_s, "places": places, **self.about}
        (folder / UNITS_RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
        save_file({"sounds": self.sounds}, folder / UNITS_FILE)


def load_voice(folder: Path) -> UnitVoice:
    """Return the voice that `save` wrote."""
    record = json.loads((folder / UNITS_RECORD).read_text("utf-8"))
    places = {key: (start, end) for key, start, end in record.pop("places")}
    gap_s = record.pop("gap_s")
    return UnitVoice(load_file(folder / UNITS_FILE)["sounds"], places, gap_s, record)


def joined_pieces(pieces: Sequence[VoiceSound], gaps: Sequence[float]) -> VoiceSound:
    """Return pieces one after another, equally loud; before each as many seconds of silence, or below zero a cross-fade."""
    out = np.zeros(0, np.float32)
    for piece, gap in zip(pieces, gaps, strict=True):
        piece = _faded(_levelled(piece))
        shared = min(int(-gap * VOICE_HZ), len(out), len(piece) // 3)
        if not len(out):
            out = piece
        elif shared > 0:
            rise = np.linspace(0, 1, shared, dtype=np.float32)
            both = out[-shared:] * (1 - rise) + piece[:shared] * rise
            out = np.concatenate([out[:-shared], both, piece[shared:]])
        else:
            silence = np.zeros(max(0, int(gap * VOICE_HZ)), np.float32)
            out = np.concatenate([out, silence, piece])
    top = float(np.abs(out).max(initial=0.0))
    made: VoiceSound = (out * (VOICE_PEAK / top) if top else out).astype(np.float32)
    return made


def _levelled(piece: VoiceSound) -> VoiceSound:
    rms = float(np.sqrt(np.square(piece).mean()))
    made: VoiceSound = (piece * (VOICE_RMS / (rms + 1e-6))).astype(np.float32)
    return made


def _faded(piece: VoiceSound) -> VoiceSound:
    ramp = np.linspace(0, 1, min(int(FADE_S * VOICE_HZ), len(piece) // 4), dtype=np.float32)
    made = piece.copy()
    made[: len(ramp)] *= ramp
    made[len(made) - len(ramp) :] *= ramp[::-1]
    return made
