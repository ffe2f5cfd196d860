"""From rows of recordings to vectors of voices: read once, and short recordings of a person joined to longer ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.training.audio.features import read_clip
from bigmodel.training.frozen.cache import FEWEST_STEPS, Say
from bigmodel.training.speaker.profiles import LENGTHS_S, length_of
from bigmodel.training.speaker.thresholds import Takes, few_of_each
from bigmodel.training.speaker.voice import Floats, colour, seconds_of, speech

BATCH = 16
JOINED_S = (0.0, 2.5, 6.0)  # of speech that is put together where a length has too few recordings
FEWEST_ASKED = 5  # recordings a person of a length, below which others are joined to it
MOST_KEPT_S = 30.0  # of speech of each person, to be joined: as much as is asked


class Ear(Protocol):
    """What turns speech at 16 kHz into vectors."""

    def vectors(self, sounds: Sequence[Floats]) -> list[Floats]:
        """Return the vector of each speech."""


class ColourEar:
    """Hears tone colour alone, and needs no torch."""

    def vectors(self, sounds: Sequence[Floats]) -> list[Floats]:
        """Return the tone colour of each speech."""
        return [colour(sound) for sound in sounds]


@dataclass(frozen=True)
class BothEars:
    """What an encoder hears, and the tone colour beside it."""

    encoder: Ear

    def vectors(self, sounds: Sequence[Floats]) -> list[Floats]:
        """Return both side by side."""
        heard = self.encoder.vectors(sounds)
        return [np.concatenate([one, colour(s)]) for one, s in zip(heard, sounds, strict=True)]


@dataclass
class _Heard:
    """What was heard so far of some rows."""

    vectors: list[Floats] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    kept: dict[int, list[Floats]] = field(default_factory=dict)

    def takes(self) -> Takes:
        return Takes(
            np.stack(self.vectors),
            np.array(self.people, np.int64),
            np.array(self.seconds, np.float32),
        )


def listen(paths: Sequence[str]) -> list[Floats]:
    """Return the speech of recordings.

    Raises:
        DatasetError: `sound_*`, with the reason.
    """
    return [speech(read_clip(path)) for path in paths]


def hear(
    rows: Rows, labels: Sequence[str], ear: Ear, report: Reporter, say: Say
) -> tuple[Takes, list[Takes]]:
    """Return the takes of training rows, and for each length of speech those to ask about; what cannot be read is said.

    Raises:
        TrainingError: `clips_are_unreadable`.
    """
    place = {label: number for number, label in enumerate(labels)}
    heard = _Heard()
    starts = range(0, len(rows), BATCH)
    steps = max(FEWEST_STEPS, len(starts))
    for step, start in enumerate(starts, start=1):
        sounds, people = [], []
        for row in range(start, min(start + BATCH, len(rows))):
            try:
                sounds += listen([rows.inputs[row]])
            except DatasetError:
                continue
            people.append(place[rows.targets[row]])
        _note(heard, sounds, people, ear)
        say(step, steps)
    for step in range(len(starts) + 1, steps + 1):
        say(step, steps)
    if len(heard.people) < len(rows):
        report.note("training.note.clips_left_out", "warning", count=len(rows) - len(heard.people))
    if not heard.people:
        raise TrainingError("clips_are_unreadable")
    takes = heard.takes()
    return takes, _asked(takes, heard.kept, ear)


def _note(heard: _Heard, sounds: Sequence[Floats], people: Sequence[int], ear: Ear) -> None:
    heard.vectors += ear.vectors(sounds)
    heard.people += people
    heard.seconds += [seconds_of(sound) for sound in sounds]
    for person, sound in zip(people, sounds, strict=True):
        mine = heard.kept.setdefault(person, [])
        is_long = length_of(seconds_of(sound)) == len(LENGTHS_S)  # of the last length: never joined
        if not is_long and sum(map(seconds_of, mine)) < MOST_KEPT_S:
            mine.append(sound)


def _asked(takes: Takes, kept: dict[int, list[Floats]], ear: Ear) -> list[Takes]:
    """Return recordings of every length: those that have it, or shorter ones of a person joined."""
    lengths = np.array([length_of(seconds) for seconds in takes.seconds.tolist()])
    count = len(np.unique(takes.people))
    found = []
    for length in range(len(LENGTHS_S) + 1):
        chosen = lengths == length
        mine = Takes(takes.vectors[chosen], takes.people[chosen], takes.seconds[chosen])
        if chosen.sum() < FEWEST_ASKED * count:
            mine = _with_joined(mine, kept, length, ear)
        found.append(few_of_each(mine))
    return found


def _with_joined(takes: Takes, kept: dict[int, list[Floats]], length: int, ear: Ear) -> Takes:
    sounds, people = [], []
    for person, mine in kept.items():
        shorter = [sound for sound in mine if length_of(seconds_of(sound)) < length]
        joined = _joined(shorter, JOINED_S[length])
        sounds += joined
        people += [person] * len(joined)
    if not sounds:
        return takes
    heard = _Heard()
    for start in range(0, len(sounds), BATCH):
        _note(heard, sounds[start : start + BATCH], people[start : start + BATCH], ear)
    more = heard.takes()
    if not len(takes.people):
        return more
    return Takes(
        np.concatenate([takes.vectors, more.vectors]),
        np.concatenate([takes.people, more.people]),
        np.concatenate([takes.seconds, more.seconds]),
    )


def _joined(sounds: Sequence[Floats], seconds: float) -> list[Floats]:
    """Return speech of at least so many seconds each, each sound in one of them."""
    found: list[Floats] = []
    parts: list[Floats] = []
    for sound in sounds if seconds else ():
        parts.append(sound)
        if sum(map(seconds_of, parts)) >= seconds:
            found.append(np.concatenate(parts))
            parts = []
    return found
