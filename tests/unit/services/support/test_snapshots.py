"""A machine whose disk is emptied finds everything again, and a snapshot is whole or not there."""

import json
import shutil
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import SettingsError
from bigmodel.core.job import Job
from bigmodel.services.studio import Services, open_services
from bigmodel.services.support import snapshots
from bigmodel.settings import Settings
from tests.fakes.journey import OWNER, answers, train, write_table

Made = tuple[Services, Dataset, Job]


def machine(home: Path, kept: Path) -> Services:
    return open_services(Settings(home=home, snapshots=kept, offline=True))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, Path]:
    """A machine with a dataset and a training, and the snapshot of it."""
    folder = tmp_path_factory.mktemp("first")
    there = machine(folder / "home", folder / "kept")
    dataset = there.datasets.import_file(OWNER, write_table(folder / "table.csv"), name="Soup")
    job = train(there, dataset)
    assert there.snapshots.take()
    return (there, dataset, job), folder / "kept"


@pytest.fixture
def kept(first: tuple[Made, Path], tmp_path: Path) -> Path:
    """A copy of the snapshot."""
    return Path(shutil.copytree(first[1], tmp_path / "kept"))


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_empty_machine_is_filled(first: tuple[Made, Path], kept: Path, tmp_path: Path) -> None:
    (there, dataset, job), _ = first
    here = machine(tmp_path / "home", kept)
    assert here.datasets.get(OWNER, dataset.id) == there.datasets.get(OWNER, dataset.id)
    models = [each.inference.resolve(OWNER, job.id) for each in (there, here)]
    assert models[0] == models[1]
    texts = ["lovely soup", "cold"]
    assert answers(there, models[0], texts) == answers(here, models[1], texts)
    for name in ("datasets", "jobs"):
        assert files(there.settings.home / name) == files(here.settings.home / name)
    assert not here.snapshots.take(), "nothing changed"


def test_machine_with_data_is_left_alone(kept: Path, tmp_path: Path) -> None:
    own = open_services(Settings(home=tmp_path / "home", offline=True))
    own.datasets.import_file(OWNER, write_table(tmp_path / "own.csv"), name="Own")
    again = machine(tmp_path / "home", kept)
    assert [each.name for each in again.datasets.all(OWNER)] == ["Own"]


def test_deleted_data_leaves_the_snapshot(kept: Path, tmp_path: Path) -> None:
    here = machine(tmp_path / "home", kept)
    for job in here.jobs.all(OWNER):
        here.jobs.delete(OWNER, job.id)
    for dataset in here.datasets.all(OWNER):
        here.datasets.delete(OWNER, dataset.id)
    assert here.snapshots.take()
    assert [path for path in (kept / "files").rglob("*") if path.is_file()] == []
    assert len(list(kept.glob("*.db"))) == 1


def test_interrupted_snapshot_leaves_the_last_one(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = machine(tmp_path / "home", kept)
    here.datasets.import_file(OWNER, write_table(tmp_path / "more.csv"), name="More")
    copy = snapshots._copy

    def fail(source: Path, target: Path) -> bool:
        if source.suffix == ".db":
            raise OSError(28, "No space left on device")
        return copy(source, target)

    monkeypatch.setattr(snapshots, "_copy", fail)
    here.snapshots.close()
    assert here.snapshots.has_failed
    monkeypatch.undo()
    again = machine(tmp_path / "again", kept)
    assert [each.name for each in again.datasets.all(OWNER)] == ["Soup"]
    here.snapshots.close()
    assert not here.snapshots.has_failed
    third = machine(tmp_path / "third", kept)
    assert {each.name for each in third.datasets.all(OWNER)} == {"Soup", "More"}


@pytest.mark.parametrize("harm", ["{", '{"v": 2}', "climb", "database"])
def test_damaged_snapshot_is_refused_and_kept(harm: str, kept: Path, tmp_path: Path) -> None:
    record = json.loads((kept / "snapshot.json").read_text("utf-8"))
    if harm == "database":
        with (kept / record["database"]).open("ab") as file:
            file.write(b"x")
    else:
        climbing = {**record, "files": ["datasets/../../climbed"]}
        text = json.dumps(climbing) if harm == "climb" else harm
        (kept / "snapshot.json").write_text(text, "utf-8")
    before = files(kept)
    with pytest.raises(SettingsError, match="snapshot_damaged"):
        machine(tmp_path / "home", kept)
    assert files(kept) == before
    assert not (tmp_path / "home" / "studio.db").exists()


def test_snapshots_of_a_server_are_refused(tmp_path: Path) -> None:
    address = "postgresql://a:b@127.0.0.1:1/none"
    settings = Settings(home=tmp_path / "home", snapshots=tmp_path / "kept", database_url=address)
    with pytest.raises(SettingsError, match="snapshots_of_server"):
        open_services(settings)
