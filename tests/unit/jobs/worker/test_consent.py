"""The last door: a worker makes no voice without a consent, and what it makes carries the consent along."""

from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import TrainingError
from bigmodel.core.people.consent import MADE_UP
from bigmodel.data import consents
from bigmodel.jobs import attempt_folder, profile
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from bigmodel.store.memory import MemoryStore
from tests.fakes.agreed import voice_zip
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
    datasets = DatasetService(settings, MemoryStore())
    folder = attempt_on(settings, datasets.import_file(OWNER, file, task="speech_synthesis"))
    with pytest.raises(TrainingError, match="consent_missing"):
        run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    with pytest.raises(TrainingError, match="consent_missing"):
        profile.measure(folder, settings)
    assert not (folder / "models").exists()


def test_model_carries_the_consent_that_it_was_made_by(settings: Settings) -> None:
    datasets = DatasetService(settings, MemoryStore())
    folder = attempt_on(settings, datasets.import_sample(OWNER, "numbers_en"))
    run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    kept = consents.read(folder / "models" / "instant")
    assert kept
    assert kept.kind == MADE_UP
