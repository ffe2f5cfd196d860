"""People come to a model by three takes and are known at once; one who is deleted leaves no byte below the data folder."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.clock import now
from bigmodel.core.errors import JobError, ModelError
from bigmodel.core.job import State
from bigmodel.data.versions.revise import with_labels
from bigmodel.services.inference.voices import Voices
from bigmodel.services.jobs.jobs import JobService
from tests.fakes.instant_attempt import Made, instant_attempt
from tests.fakes.voices import people_zip, takes_of, write_take
from tests.fakes.workshop import OWNER

NEW, OLD = "Quixotina", "Zebediah"


@dataclass
class Trained:
    made: Made
    voices: Voices
    new: list[Path]  # takes of somebody whom nobody knows
    known: list[Path]  # of somebody who was trained on


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    place = tmp_path_factory.mktemp("voices")
    data = people_zip(place / "people.zip", "Leo", Ben=OLD)
    with instant_attempt(place, data, is_lasting=True) as made:
        jobs = JobService(made.settings, made.store)
        voices = Voices(made.settings, made.store, made.demo, made.serving, jobs.delete)
        takes = place / "takes"
        yield Trained(made, voices, takes_of(takes, "Leo"), takes_of(takes, "Ben"))


def said(made: Made, path: Path) -> str:
    return made.demo.look(OWNER, made.job, path).answer.answer.text  # type: ignore[union-attr]


def test_takes_are_weighed_before_they_count(trained: Trained) -> None:
    voices, job = trained.voices, trained.made.job
    fine = voices.weigh(OWNER, job, trained.new)
    assert [(take.is_short, take.is_apart) for take in fine] == [(False, False)] * 3
    mixed = voices.weigh(OWNER, job, [*trained.new[:2], trained.known[0]])
    assert [take.is_apart for take in mixed] == [False, False, True]
    silence = write_take(trained.made.folder / "silence.wav", np.zeros(80_000))
    noise = np.random.default_rng(0).normal(0, 0.05, 80_000)
    fan = write_take(trained.made.folder / "fan.wav", noise)
    assert [take.seconds for take in voices.weigh(OWNER, job, [silence, fan])] == [0.0, 0.0]


def test_what_does_not_count_is_refused_in_words(trained: Trained) -> None:
    voices, job, takes = trained.voices, trained.made.job, trained.new
    silence = write_take(trained.made.folder / "silence.wav", np.zeros(80_000))
    for name, given, key in (
        (" ", takes, "voice_without_name"),
        (OLD, takes, "voice_known"),
        (NEW, takes[:2], "takes_few"),
        (NEW, [*takes[:2], silence], "take_short"),
        (NEW, [*takes[:2], trained.known[0]], "takes_doubtful"),
    ):
        with pytest.raises(ModelError, match=key):
            voices.enrol(OWNER, job, name, given)
    assert NEW not in {one.name for one in voices.people(OWNER, job)}


def test_new_person_is_known_at_once_and_forgotten_again(trained: Trained) -> None:
    made, voices, takes = trained.made, trained.voices, trained.new
    before = voices.people(OWNER, made.job)
    voices.enrol(OWNER, made.job, f"  {NEW} ", takes)
    assert [one.name for one in voices.people(OWNER, made.job) if one.came] == [NEW]
    look = made.demo.look(OWNER, made.job, takes[0]).answer
    assert look.answer.likest == NEW  # type: ignore[union-attr]
    assert look.kind.claim(look.answer, NEW)
    results = made.results.results(OWNER, made.job)
    assert NEW not in results.labels, "measured before that person came"
    gone = voices.delete(OWNER, made.job, NEW)
    assert (gone.rows, gone.trainings) == (0, 0)
    assert voices.people(OWNER, made.job) == before
    assert holding(made.settings.home, NEW) == []


def holding(home: Path, text: str) -> list[str]:
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    ]


def test_deleted_person_leaves_no_byte(trained: Trained) -> None:
    made, voices = trained.made, trained.voices
    settings, store = made.settings, made.store
    store.datasets.add_version(
        OWNER, with_labels(settings, made.dataset.version, 2, {}, relabel={OLD: "Zeb"})
    )
    store.datasets.add_version(
        OWNER,
        with_labels(
            settings, store.datasets.get(OWNER, made.dataset.id).version, 3, {}, relabel={}
        ),
    )
    copy = settings.scratch / "downloads" / "x" / "model.zip"
    copy.parent.mkdir(parents=True)
    copy.write_text(OLD)
    assert holding(settings.home, OLD)
    rows = made.dataset.version.summary.classes[OLD]
    media = len([*(settings.datasets / made.dataset.id / "media").glob("*/*")])
    with pytest.raises(JobError, match="dataset_in_use"):
        voices.delete(OWNER, made.job, OLD)
    store.jobs.move(made.job, 1, State.RUNNING, State.SUCCEEDED, at=now())
    gone = voices.delete(OWNER, made.job, OLD)
    assert (gone.rows, gone.profiles, gone.trainings) == (rows, 1, 0)
    assert [where for where in holding(settings.home, OLD) if not where.endswith(".log")] == []
    assert len([*(settings.datasets / made.dataset.id / "media").glob("*/*")]) == media - rows
    versions = [store.datasets.version(OWNER, made.dataset.id, n) for n in (1, 2, 3)]
    assert {v.summary.rows for v in versions} == {made.dataset.version.summary.rows - rows}
    assert not any({OLD, "Zeb"} & set(v.summary.classes) for v in versions)
    results = made.results.results(OWNER, made.job)
    assert OLD not in results.labels
    assert said(made, trained.known[0]) != OLD
    [model] = made.results.models(OWNER, made.job)
    card = json.loads((settings.home / model.folder / "model.json").read_text("utf-8"))
    assert OLD not in card["labels"]
    with pytest.raises(ModelError, match="voice_unknown"):
        voices.delete(OWNER, made.job, OLD)
