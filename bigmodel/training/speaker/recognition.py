"""Training and loading of models that say who speaks; torch is imported only for those that need it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.answers.speaker import Speaker
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError, loading_model
from bigmodel.core.task import Reporter
from bigmodel.training.frozen.cache import Say
from bigmodel.training.speaker.profiles import FEW_PEOPLE, Profiles, enrol, length_of
from bigmodel.training.speaker.recipe import SpeakerParams
from bigmodel.training.speaker.takes import BATCH, BothEars, ColourEar, Ear, hear, listen
from bigmodel.training.speaker.voice import seconds_of

RECORD, ARRAYS = "speakers.json", "speakers.safetensors"
INSTANT = "colour"  # kind of a model that hears tone colour alone


class SpeakerPredictor:
    """A loaded model: an ear, and profiles of people."""

    def __init__(self, ear: Ear, profiles: Profiles, labels: tuple[str, ...]) -> None:
        self.labels = labels
        self._ear, self._profiles = ear, profiles

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        """Return who speaks in each recording."""
        found: list[Answer] = []
        for start in range(0, len(inputs), BATCH):
            sounds = listen(inputs[start : start + BATCH])
            vectors = np.stack(self._ear.vectors(sounds))
            lengths = [length_of(seconds_of(sound)) for sound in sounds]
            likeness = self._profiles.likeness(vectors)
            margins = self._profiles.strangest(vectors) - self._profiles.without[lengths]
            limits = self._profiles.thresholds[lengths]
            for row in zip(likeness, limits, margins, strict=True):
                found.append(self._said(*row))
        return found

    def _said(self, likeness: np.ndarray, limit: float, margins: np.ndarray) -> Speaker:
        """Return an answer with a number for every label; who was not enrolled is like nobody."""
        scores, strange = np.zeros(len(self.labels)), np.full(len(self.labels), -1.0)
        scores[self._profiles.people] = likeness
        strange[self._profiles.people] = margins
        return Speaker(self.labels, tuple(scores.tolist()), float(limit), tuple(strange.tolist()))


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
) -> None:
    """Enrol the people of the training rows, and write their profiles into the folder."""
    if len(data.labels) < 2:
        raise TrainingError("one_class_only", classes=len(data.labels))
    takes, asked = hear(data.train, data.labels, ear, report, say)
    profiles = enrol(takes, asked, params.most_strangers)
    people = len(profiles.people)
    if kind == INSTANT and people < FEW_PEOPLE:  # said once of a job
        report.note("training.note.few_people", "warning", people=people, enough=FEW_PEOPLE)
    record = {"v": 1, "kind": kind, "labels": list(data.labels)}
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    save_file(profiles.arrays(), folder / ARRAYS)


def load(folder: Path, ear_of: Callable[[str, Path], Ear]) -> SpeakerPredictor:
    """Load a model; `ear_of` gives what hears for a kind of model, in its folder.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = json.loads((folder / RECORD).read_text("utf-8"))
        profiles = Profiles(**load_file(folder / ARRAYS))
        kind, labels = record["kind"], tuple(record["labels"])
        ear: Ear = ColourEar() if kind == INSTANT else BothEars(ear_of(kind, folder))
    return SpeakerPredictor(ear, profiles, labels)


def known(rows: Rows, labels: Sequence[str]) -> Rows:
    """Return the rows of people who are learned; others are strangers, to be measured with."""
    places = [place for place, target in enumerate(rows.targets) if target in set(labels)]
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[place] for place in places] for column in columns))


def without_strangers(data: TaskData) -> TaskData:
    """Return data whose validation rows hold nobody but those who are learned."""
    return replace(data, validation=known(data.validation, data.labels))
