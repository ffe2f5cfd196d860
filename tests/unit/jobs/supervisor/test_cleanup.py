"""What is swept from the data folder, and above all what is not."""

import os
import time
from pathlib import Path

import pytest

from bigmodel.core.clock import now
from bigmodel.core.job import State
from bigmodel.jobs.supervisor.cleanup import sweep_orphans
from bigmodel.jobs.supervisor.maintenance import Chores
from bigmodel.store.recovery import ASIDE, TIME, backups
from tests.fakes.workshop import Workshop, quick_settings

DAY_S = 86_400.0


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop.open(quick_settings(tmp_path / "home"))


def make(path: Path, age_s: float = DAY_S) -> Path:
    """Make a folder with a file in it that nobody touched for so long."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "file").touch()
    for each in (path / "file", path):
        os.utime(each, (time.time() - age_s,) * 2)
    return path


def test_what_no_row_speaks_of_is_swept(workshop: Workshop) -> None:
    settings = workshop.settings
    orphans = [
        make(settings.datasets / "unknown"),
        make(settings.datasets / workshop.dataset.id / "9"),
        make(settings.jobs / "unknown" / "1").parent,
        make(settings.scratch / "read-1"),
        make(settings.scratch / "demo-1"),
        make(settings.scratch / "project-1"),
        make(settings.scratch / "downloads" / "1"),
        make(settings.scratch / "gradio" / "digest"),
        make(settings.scratch / "sheets" / "1"),
        make(settings.scratch / "demo" / "local" / "1"),
        make(settings.scratch / "of a part that is not written yet"),
    ]
    os.utime(orphans[2], (time.time() - DAY_S,) * 2)
    sweep_orphans(settings, workshop.store)
    assert [path for path in orphans if path.exists()] == []


def test_what_is_known_young_or_somebody_elses_stays(workshop: Workshop) -> None:
    settings = workshop.settings
    job_id = workshop.submit()
    kept = [
        make(settings.datasets / "being imported", age_s=60),
        make(settings.datasets / workshop.dataset.id / "1"),
        make(settings.datasets / workshop.dataset.id / "media"),
        make(settings.jobs / job_id / "1"),
        make(settings.scratch / "forecasts"),
        make(settings.scratch / "gradio" / "young", age_s=60),
    ]
    sweep_orphans(settings, workshop.store)
    assert [path for path in kept if not path.exists()] == []


def test_what_a_copy_gone_back_to_does_not_know_stays(workshop: Workshop) -> None:
    unknown = make(workshop.settings.datasets / "unknown")
    (workshop.settings.home / ASIDE / f"{now():{TIME}}").mkdir(parents=True)
    sweep_orphans(workshop.settings, workshop.store)
    assert unknown.exists()


def test_ended_job_keeps_what_was_announced(workshop: Workshop) -> None:
    job_id = workshop.submit()
    workshop.store.jobs.claim(now())
    left = make(workshop.settings.jobs / job_id / "1" / "models" / "tuned")
    draft = make(workshop.settings.jobs / job_id / "1" / "checkpoints" / ".tmp-5")
    sweep_orphans(workshop.settings, workshop.store)
    assert left.exists()
    assert draft.exists()  # its worker may be writing it
    workshop.store.jobs.move(job_id, 1, State.STARTING, State.FAILED, at=now())
    sweep_orphans(workshop.settings, workshop.store)
    assert not left.exists()
    assert not draft.exists()


def test_daily_copy_is_made_once_and_never_of_a_damaged_database(workshop: Workshop) -> None:
    chores = Chores(workshop.settings, workshop.store)
    chores.run()
    chores.run()
    assert [copy.label for copy in backups(workshop.settings)] == ["daily"]
    backups(workshop.settings)[0].path.unlink()
    workshop.settings.database.write_text("not a database at all\n" * 500)
    chores.run()
    assert backups(workshop.settings) == []
