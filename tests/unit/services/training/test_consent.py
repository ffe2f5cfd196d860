"""No voice is made of anybody who did not agree: what counts as a consent, of which recordings, and at which doors."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bigmodel.core import clock
from bigmodel.core.errors import JobError, ModelError
from bigmodel.core.job import State
from bigmodel.core.people.consent import MADE_UP, SPOKEN
from bigmodel.data import consents
from bigmodel.services.datasets.samples import sample_path
from bigmodel.services.training import consent
from tests.fakes.agreed import Speaker, speaker, voice_zip
from tests.fakes.workshop import OWNER

TASK = "speech_synthesis"


@pytest.fixture
def anna(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Speaker:
    return speaker(tmp_path, monkeypatch)


def keys(verdict: consent.Verdict) -> list[str]:
    return [line.key for line in verdict.lines]


def train(anna: Speaker) -> State:
    return anna.services.training.submit(OWNER, anna.dataset.id, task=TASK).state


def test_no_training_begins_without_a_consent(anna: Speaker) -> None:
    with pytest.raises(JobError, match="consent_missing"):
        train(anna)
    assert anna.services.jobs.all(OWNER, 10, 0) == []


def test_forecast_does_not_train_in_secret(anna: Speaker) -> None:
    made = anna.services.training.forecast(OWNER, anna.dataset.id, task=TASK, wait=True)
    assert (made.is_rough, made.is_pending) == (True, False)
    assert [reason.key for reason in made.reasons] == ["train.forecast.no_consent"]


def test_other_tasks_ask_for_no_consent(anna: Speaker) -> None:
    job = anna.services.training.submit(OWNER, anna.dataset.id, task="speech_recognition")
    assert job.state == State.QUEUED


def test_said_sentence_lets_training_begin(anna: Speaker) -> None:
    verdict = anna.say(anna.ask())
    assert verdict.is_given
    assert keys(verdict) == ["consent.sentence", "consent.voice"]
    assert train(anna) == State.QUEUED


def test_kept_consent_says_what_was_said_and_how_alike(anna: Speaker) -> None:
    asked = anna.ask()
    anna.say(asked)
    kept = anna.consents.given(anna.dataset.version)
    assert kept
    assert (kept.kind, kept.sentence, kept.likeness, kept.recordings) == (SPOKEN, asked.sentence, 0.93, 12)  # fmt: skip
    assert kept.covers == asked.covers


def test_digits_are_new_at_each_asking(anna: Speaker) -> None:
    assert len({anna.ask().digits for _ in range(4)}) > 1


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"digits": "12345"}, "consent.other_digits"),
        ({"wrong": 0.5}, "consent.other_words"),
        ({"seconds": 0.0}, "consent.silent"),
        ({"likeness": 0.71}, "consent.other_voice"),
        ({"worst": 0.55}, "consent.several_voices"),
    ],
)
def test_what_is_wrong_is_said_and_keeps_training_back(
    anna: Speaker, told: dict[str, object], key: str
) -> None:
    asked = anna.ask()
    verdict = anna.say(asked, **told)
    assert not verdict.is_given
    assert key in keys(verdict)
    with pytest.raises(JobError, match="consent_missing"):
        train(anna)
    assert anna.say(asked).is_given  # the same sentence may be said better


def test_recordings_of_somebody_else_are_named(anna: Speaker) -> None:
    [_, line] = anna.say(anna.ask(), worst=0.5, places=[3]).lines
    assert line.args["names"] == "take-3.wav"


def test_old_sentence_is_refused(anna: Speaker) -> None:
    asked = anna.ask()
    place = anna.consents._place(OWNER, asked.id)
    old = replace(asked, until=clock.now() - timedelta(seconds=1))
    place.write_text(json.dumps(old.to_json()))
    with pytest.raises(JobError, match="consent_old"):
        anna.say(asked)


def test_sentence_counts_once(anna: Speaker) -> None:
    asked = anna.ask()
    anna.say(asked)
    with pytest.raises(JobError, match="consent_old"):
        anna.say(asked, take=1)


def test_accepted_recording_is_no_answer_to_a_new_sentence(anna: Speaker) -> None:
    anna.say(anna.ask(), take=1)
    assert keys(anna.say(anna.ask(), take=1)) == ["consent.replayed"]


def test_recording_that_is_learned_from_is_no_consent(anna: Speaker) -> None:
    [digest, *_] = consents.recordings_of(anna.services.settings.home / anna.dataset.version.folder)
    assert keys(anna.say(anna.ask(), digest=digest)) == ["consent.replayed"]


def test_sentence_of_other_recordings_is_refused(anna: Speaker, tmp_path: Path) -> None:
    asked = anna.ask()
    file = voice_zip(tmp_path / "other.zip", rows=14)
    anna.dataset = anna.services.datasets.import_file(OWNER, file, task=TASK)
    with pytest.raises(JobError, match="consent_old"):
        anna.say(asked)


def test_added_recording_needs_a_new_consent(anna: Speaker, tmp_path: Path) -> None:
    anna.say(anna.ask())
    version = anna.services.settings.home / anna.dataset.version.folder
    [place] = [place for place, _ in consents.all_of(version.parent)]
    covered = json.loads((place / consents.COVERED).read_text())
    (place / consents.COVERED).write_text(json.dumps(covered[1:]))
    assert consents.find(version) is None
    with pytest.raises(JobError, match="consent_missing"):
        train(anna)


def test_exchanged_recording_of_a_consent_is_noticed(anna: Speaker) -> None:
    anna.say(anna.ask())
    [(place, _)] = consents.all_of(anna.services.settings.datasets / anna.dataset.id)
    (place / consents.RECORDING).unlink()
    assert consents.read(place) is None


def test_every_door_of_old_jobs_asks_for_the_consent(anna: Speaker) -> None:
    anna.say(anna.ask())
    job = anna.services.training.submit(OWNER, anna.dataset.id, task=TASK)
    paused = anna.services.control.pause(OWNER, job.id)
    [(place, _)] = consents.all_of(anna.services.settings.datasets / anna.dataset.id)
    (place / consents.RECORD).unlink()
    with pytest.raises(JobError, match="consent_missing"):
        anna.services.control.resume(OWNER, paused.id)
    with pytest.raises(JobError, match="consent_missing"):
        anna.services.control.again(OWNER, job.id)


def test_without_what_listens_nothing_is_asked_and_nothing_trained(
    anna: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent.wheels, "find", lambda _bases, _name: None)
    assert [base.name for base in anna.consents.missing("zh")] == ["ge2e", "whisper-base"]
    with pytest.raises(ModelError, match="consent_bases_missing"):
        anna.ask()
    with pytest.raises(JobError, match="consent_missing"):
        train(anna)


def test_deleted_dataset_takes_its_consents_along(anna: Speaker) -> None:
    anna.say(anna.ask())
    anna.services.datasets.delete(OWNER, anna.dataset.id)
    assert not (anna.services.settings.datasets / anna.dataset.id).exists()


def test_nobody_has_to_agree_for_our_made_up_sample(anna: Speaker) -> None:
    anna.dataset = anna.services.datasets.import_sample(OWNER, "numbers_en")
    kept = anna.consents.given(anna.dataset.version)
    assert kept
    assert (kept.kind, kept.digest) == (MADE_UP, "")
    assert train(anna) == State.QUEUED


def test_file_that_is_called_like_our_sample_is_none(anna: Speaker, tmp_path: Path) -> None:
    file = voice_zip(tmp_path / sample_path("numbers_en").name)
    anna.dataset = anna.services.datasets.import_file(OWNER, file, task=TASK)
    with pytest.raises(JobError, match="consent_missing"):
        train(anna)
