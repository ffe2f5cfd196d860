"""The last door: a worker makes no voice without a consent, and what it makes carries the consent along."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import TrainingError
from bigmodel.core.people.consent import MADE_UP, SPOKEN, Consent
from bigmodel.data import consents
from bigmodel.data.media.audio import write_sound
from bigmodel.jobs import attempt_folder, profile
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.metrics.sound import heard
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.results.agreed import consent_lines, with_consent
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes.agreed import voice_zip
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import OWNER, quick_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", task_folders=())


def attempt_on(settings: Settings, dataset: Dataset) -> Path:
    folder = settings.jobs / dataset.id / "1"
    instant = {"name": "instant", "kind": "instant", "folder": None}
    attempt = Attempt(
        dataset.id, 1, "speech_synthesis", "voice", {"base": "instant"}, instant, dataset.version.folder
    )  # fmt: skip
    attempt_folder.write_attempt(folder, attempt)
    return folder


def test_job_that_came_into_the_line_some_other_way_makes_no_voice(
    settings: Settings, tmp_path: Path
) -> None:
    file = voice_zip(tmp_path / "voice.zip")
    datasets = DatasetService(settings, ScratchStore())
    folder = attempt_on(settings, datasets.import_file(OWNER, file, task="speech_synthesis"))
    with pytest.raises(TrainingError, match="consent_missing"):
        run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    with pytest.raises(TrainingError, match="consent_missing"):
        profile.measure(folder, settings)
    assert not (folder / "models").exists()


def test_model_carries_the_consent_that_it_was_made_by(settings: Settings) -> None:
    datasets = DatasetService(settings, ScratchStore())
    folder = attempt_on(settings, datasets.import_sample(OWNER, "numbers_en"))
    run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    kept = consents.read(folder / "models" / "instant")
    assert kept
    assert kept.kind == MADE_UP


def test_results_and_card_say_who_agreed(settings: Settings, tmp_path: Path) -> None:
    recording = write_sound(np.zeros(1_600, "f4"))
    digest = sha256(recording).hexdigest()
    kept = Consent(
        SPOKEN, now(), "", language="en", sentence="I agree. 7", likeness=0.91, least=0.8,
        listener="whisper-base", digest=digest,
    )  # fmt: skip
    model = consents.keep(tmp_path / "model", kept, ["a"], recording)
    shown = with_consent(heard.evaluate([heard.Row("a", 1, ())], {}, is_folded=False), model)
    assert [remark.args["likeness"] for remark in shown.remarks if "likeness" in remark.args] == ["0.91"]  # fmt: skip
    assert shown.panels[-1].quotes
    card = "\n".join(consent_lines(load_words(), "en", model))
    assert digest in card
    assert "I agree. 7" in card
