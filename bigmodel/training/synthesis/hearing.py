"""Whisper as a listener: what it hears of made and of natural speech, and how many words or syllables of it are wrong.

It needs torch, and a base that was fetched before; it never fetches one. Syllables are compared without their tones, so that
neither homophones nor the other Chinese script count as wrong.
"""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.base_models import wheels
from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.results import alignment
from bigmodel.core.task import BaseFiles
from bigmodel.training.speech.spoken_text import Manner
from bigmodel.training.synthesis.library import VoiceSound
from bigmodel.training.synthesis.units import HAN_START, units_of

BASES, JOBS = "bases", "jobs"  # folders of an installation
LISTENERS = ("whisper-base", "whisper-tiny-en")  # the better one first
ENGLISH_ONLY = "-en"
WINDOW_S = 30.0  # its own: through shorter ones it says short sentences twice


class Listener:
    """A Whisper as it is."""

    def __init__(
        self, name: str, folder: Path, *, text: str, paths: Sequence[str], language: str = "auto"
    ) -> None:
        from bigmodel.training.speech import whisper  # noqa: PLC0415 - torch takes its time

        self.name = name
        rows = Rows([""] * len(paths), list(paths), [text] * len(paths))
        self._whisper = whisper.ready_listener(
            BaseFiles(name, "wheel", folder), rows, window_s=WINDOW_S, language=language
        )

    def hear(self, sounds: Sequence[VoiceSound]) -> list[str]:
        """Return what is heard of each sound at 16 kHz."""
        return [one.text for one in self._whisper.hear(sounds)]


def find_listener(model: Path, text: str) -> tuple[str, Path] | None:
    """Return the name and the folder of a listener of the installation that a model belongs to; None where there is none."""
    home = installation_of(model)
    for name in LISTENERS if home else ():
        is_able = not name.endswith(ENGLISH_ONLY) or not HAN_START.search(text)
        if home and is_able and (folder := wheels.find(home / BASES, name)):
            return name, folder
    return None


def installation_of(model: Path) -> Path | None:
    """Return the data folder that a model lies in, None where it lies in none."""
    return next((p for p in model.resolve().parents if (p / BASES).is_dir() and (p / JOBS).is_dir()), None)  # fmt: skip


def wrong_in(text: str, said: Sequence[str], heard: str) -> int:
    """Return how many units of a text were heard wrong, left out or added; numbers in digits count as right in either reading."""
    if HAN_START.search(text):
        written = Manner("lower", "zh", numbers=True).write(heard)
        return _errors([_plain(k) for k in said], [_plain(unit.key) for unit in units_of(written)])
    readings = (
        [unit.key for unit in units_of(heard, is_known)]
        for is_known in (lambda _word: True, lambda _word: False)
    )
    plain = [alignment.plain(key) for key in said]
    return min(_errors(plain, [alignment.plain(key) for key in keys]) for keys in readings)


def _plain(key: str) -> str:
    """Return a syllable without its tone."""
    return key.rstrip("12345")


def _errors(said: Sequence[str], heard: Sequence[str]) -> int:
    return alignment.count(alignment.kinds_of(said, heard)).errors if list(said) != list(heard) else 0  # fmt: skip
