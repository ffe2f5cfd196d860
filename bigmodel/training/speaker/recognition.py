"""Training and loading of models that say who speaks; torch is imported only for those that need it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from bigmodel.answers.speaker import Speaker
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.errors import TrainingError, loading_model
from bigmodel.core.ids import new_id
from bigmodel.core.task import Reporter
from bigmodel.data.media.audio import read_sound
from bigmodel.training.audio.features import RATE_HZ, level
from bigmodel.training.frozen.cache import Say
from bigmodel.training.speaker import enrolment
from bigmodel.training.speaker.book import bound, read_book, write_book
from bigmodel.training.speaker.profiles import ARRAYS, RECORD, length_of, read_profiles
from bigmodel.training.speaker.recipe import SpeakerParams
from bigmodel.training.speaker.takes import BATCH, BothEars, ColourEar, Ear, hear, listen
from bigmodel.training.speaker.thresholds import FEW_PEOPLE
from bigmodel.training.speaker.voice import Floats, seconds_of, spoken

INSTANT, NET = (
    "colour",
    "net",
)  # kinds of models: hearing tone colour alone, and by a network that was trained on the people

# Cosine of an encoder between a piece of a turn and its other pieces. In an hour of readers with pauses, joined pieces named
# 96 of 100 right where each alone named 70; strangers who got a name rose from 1.2 to 3.3 %.
ONE_VOICE = 0.6


class SpeakerPredictor:
    """A loaded model: an ear, and the people it knows, who may come and go while it is loaded."""

    labels: tuple[str, ...]  # whom it was trained for

    def __init__(self, ear: Ear, folder: Path, kind: str) -> None:
        self._ear, self._folder, self._kind = ear, folder, kind
        self._read_at = 0
        self._refresh()

    def _refresh(self) -> None:
        """Read the people anew where somebody came or went, in whatever process."""
        written_at = (self._folder / ARRAYS).stat().st_mtime_ns
        if written_at == self._read_at:
            return
        record = json.loads((self._folder / RECORD).read_text("utf-8"))
        self.labels = tuple(record["labels"])
        self._names, self._profiles = read_profiles(self._folder)
        self._read_at = written_at

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        """Return who speaks in each recording, or in several that are asked about as one: nobody where those are not one voice."""
        self._refresh()
        found: list[Answer] = []
        for start in range(0, len(inputs), BATCH):
            parts = [listen(parts_of(asked)) for asked in inputs[start : start + BATCH]]
            sounds = [np.concatenate(each) for each in parts]
            vectors = np.stack(self._ear.vectors(sounds))
            lengths = [length_of(seconds_of(sound)) for sound in sounds]
            is_one = np.array([self._is_one_voice(each) for each in parts])
            likeness = self._profiles.likeness(vectors) * is_one[:, np.newaxis]
            margins = self._profiles.strangest(vectors) - self._profiles.without[lengths]
            limits = self._profiles.thresholds[lengths]
            for row in zip(likeness, limits, margins, strict=True):
                found.append(self._said(*row))
        return found

    def _is_one_voice(self, parts: Sequence[Floats]) -> bool:
        """Tell whether each part sounds like the others together; of several only an encoder can tell."""
        front = int(self._profiles.encoded[0])
        if len(parts) == 1 or not front:
            return len(parts) == 1
        heard = np.stack(self._ear.vectors(parts))[:, :front]
        weighed = heard * np.array([[len(part)] for part in parts])
        others = weighed.sum(axis=0) - weighed
        others /= np.maximum(np.linalg.norm(others, axis=1, keepdims=True), 1e-9)
        heard = heard / np.maximum(np.linalg.norm(heard, axis=1, keepdims=True), 1e-9)
        return bool((heard * others).sum(axis=1).min() >= ONE_VOICE)

    def _said(self, likeness: np.ndarray, limit: float, margins: np.ndarray) -> Speaker:
        """Return an answer with a number for every label; who has no profile is like nobody."""
        came = tuple(name for name in self._names if name not in self.labels)
        labels = (*self.labels, *came)
        scores, strange = np.zeros(len(labels)), np.full(len(labels), -1.0)
        places = [labels.index(name) for name in self._names]
        scores[places] = likeness
        strange[places] = margins
        told = tuple(scores.tolist()), float(limit), tuple(strange.tolist())
        return Speaker(labels, *told, came=len(came))

    # people who come and go -----------------------------------------------------------------------

    def people(self) -> list[Mapping[str, Any]]:
        """Return who is known, and who of them came after the training."""
        self._refresh()
        return [{"name": name, "came": name not in self.labels} for name in self._names]

    def weigh(self, takes: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return of each take its seconds of speech, whose voice it is like, and whether it is unlike the others."""
        book = read_book(self._folder)
        return [asdict(one) for one in enrolment.weigh(book, self._ear, _spoken(takes))]

    def enrol(self, name: str, takes: Sequence[str]) -> list[Mapping[str, Any]]:
        """Get to know a person, at once and for all processes, and return how the takes are."""
        book, sounds = read_book(self._folder), _spoken(takes)
        weighed = enrolment.weigh(book, self._ear, sounds)
        write_book(enrolment.with_person(book, name, sounds, self._ear), self._folder)
        return [asdict(one) for one in weighed]

    def forget(self, name: str) -> bool:
        """Delete the profile of a person; False where the weights learned from that voice, for they forget nothing."""
        self._refresh()
        if self._kind == NET and name in self.labels:
            return False
        if name in self._names or name not in self.labels:
            write_book(enrolment.without_person(read_book(self._folder), name), self._folder)
        if name in self.labels:
            labels = [label for label in self.labels if label != name]
            write_record(self._folder, self._kind, labels)
        self._read_at = 0
        return True


def _spoken(takes: Sequence[str]) -> list[Floats]:
    """Return what is said in takes, each as loud as the others."""
    return [level(spoken(read_sound(Path(path), RATE_HZ))) for path in takes]


def train_instant(data: TaskData, params: SpeakerParams, folder: Path, report: Reporter) -> None:
    """Enrol the people of the training rows by their tone colour."""

    def say(step: int, steps: int) -> None:
        report.step(phase="instant", step=step, steps=steps)

    write_profiles(data, params, ColourEar(), INSTANT, folder=folder, report=report, say=say)


def write_profiles(
    data: TaskData,
    params: SpeakerParams,
    ear: Ear,
    kind: str,
    *,
    folder: Path,
    report: Reporter,
    say: Say,
    encoded: int = 0,
) -> None:
    """Enrol the people of the training rows, and write their profiles into the folder; `encoded` numbers are an encoder's."""
    if len(data.labels) < 2:
        raise TrainingError("one_class_only", classes=len(data.labels))
    takes, asked = hear(data.train, data.labels, ear, report, say)
    book = bound(data.labels, takes, asked, params.most_strangers, encoded)
    people = len(book.names)
    if kind == INSTANT and people < FEW_PEOPLE:  # said once of a job
        report.note("training.note.few_people", "warning", people=people, enough=FEW_PEOPLE)
    write_record(folder, kind, data.labels)
    write_book(book, folder)


def write_record(folder: Path, kind: str, labels: Sequence[str]) -> None:
    """Write what a model is and whom it was trained for, whole or not at all."""
    record = {"v": 1, "kind": kind, "labels": list(labels)}
    draft = folder / f".{new_id()}.tmp"
    draft.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    draft.replace(folder / RECORD)


def load(folder: Path, ear_of: Callable[[str, Path], Ear]) -> SpeakerPredictor:
    """Load a model; `ear_of` gives what hears for a kind of model, in its folder.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        kind = json.loads((folder / RECORD).read_text("utf-8"))["kind"]
        ear: Ear = ColourEar() if kind == INSTANT else BothEars(ear_of(kind, folder))
        return SpeakerPredictor(ear, folder, kind)


def known(rows: Rows, labels: Sequence[str]) -> Rows:
    """Return the rows of people who are learned; others are strangers, to be measured with."""
    places = [place for place, target in enumerate(rows.targets) if target in set(labels)]
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[place] for place in places] for column in columns))


def without_strangers(data: TaskData) -> TaskData:
    """Return data whose validation rows hold nobody but those who are learned."""
    return replace(data, validation=known(data.validation, data.labels))
