"""One person's share of a shared installation is kept; somebody alone has no limits."""

import gzip
import os
from pathlib import Path

import pytest

from bigmodel.base_models import shelf, wheels
from bigmodel.core.errors import DatasetError, JobError, ModelError
from bigmodel.core.job import State, Wish
from bigmodel.core.model import Base
from bigmodel.settings import Settings
from tests.fakes.journey import store_of, write_table
from tests.fakes.services import real_services


def settings_of(home: Path, **more: object) -> Settings:
    made = Settings.model_validate({"home": home, "offline": True, **more})
    made.make_folders()
    return made


@pytest.mark.parametrize("sign_in", ["", "open"])
def test_trainings_of_one_person_are_limited(tmp_path: Path, sign_in: str) -> None:
    settings = settings_of(tmp_path / "home", sign_in=sign_in, person_jobs=2)
    services = real_services(settings)
    table = write_table(tmp_path / "table.csv", 60)
    made = {who: services.datasets.import_file(who, table).id for who in ("anna", "bo")}
    for _ in range(2):
        services.training.submit("anna", made["anna"], base="instant")
    if sign_in:
        with pytest.raises(JobError, match="jobs_limited"):
            services.training.submit("anna", made["anna"], base="instant")
    else:
        services.training.submit("anna", made["anna"], base="instant")
    assert services.training.submit("bo", made["bo"], base="instant")


def test_disk_of_one_person_is_limited(tmp_path: Path) -> None:
    services = real_services(settings_of(tmp_path / "home", sign_in="open", person_disk_mb=1))
    small, large = (tmp_path / name for name in ("small.csv", "large.csv"))
    write_table(small, 60)
    large.write_text("text,label\n" + "a long text,good\nanother text,bad\n" * 40_000, "utf-8")
    services.datasets.import_file("anna", small)
    with pytest.raises(DatasetError, match="disk_limited"):
        services.datasets.import_file("anna", large)
    assert len(services.datasets.all("anna")) == 1


def test_what_an_upload_becomes_is_counted_and_taken_away_again(tmp_path: Path) -> None:
    services = real_services(settings_of(tmp_path / "home", sign_in="open", person_disk_mb=1))
    packed = tmp_path / "table.csv.gz"
    rows = "".join(f"{os.urandom(60).hex()},{'ab'[at % 2]}\n" for at in range(9_000))
    packed.write_bytes(gzip.compress(f"text,label\n{rows}".encode()))
    assert packed.stat().st_size < 2**20
    with pytest.raises(DatasetError, match="disk_grown"):
        services.datasets.import_file("anna", packed)
    assert services.datasets.all("anna") == []
    assert not any((tmp_path / "home" / "datasets").rglob("*.parquet"))


def test_second_press_at_the_last_training_is_the_same_job(tmp_path: Path) -> None:
    services = real_services(settings_of(tmp_path / "home", sign_in="open", person_jobs=1))
    table = write_table(tmp_path / "table.csv", 60)
    made = services.datasets.import_file("anna", table).id
    first = services.training.submit("anna", made, base="instant", key="press")
    assert services.training.submit("anna", made, base="instant", key="press") == first
    with pytest.raises(JobError, match="jobs_limited"):
        services.training.submit("anna", made, base="instant", key="another press")


def test_cancel_of_an_administrator_is_told_apart_from_ones_own(tmp_path: Path) -> None:
    services = real_services(settings_of(tmp_path / "home", sign_in="accounts"))
    boss, anna = (
        services.people.add(name, "correct horse battery", is_admin=name == "boss").id
        for name in ("boss", "anna")
    )
    made = services.datasets.import_file(anna, write_table(tmp_path / "table.csv", 60)).id
    own, other = (services.training.submit(anna, made, base="instant").id for _ in range(2))
    services.jobs.cancel(anna, own)
    assert services.admin.cancel(boss, anna) == 1
    ended = {job.id: (job.state, job.wish) for job in services.jobs.all(anna, 9)}
    assert ended == {
        own: (State.CANCELLED, Wish.CANCEL),
        other: (State.CANCELLED, Wish.END),
    }


def test_everything_that_takes_bytes_counts(tmp_path: Path) -> None:
    services = real_services(settings_of(tmp_path / "home", sign_in="open", person_disk_mb=1))
    table = write_table(tmp_path / "table.csv", 60)
    made = services.datasets.import_file("anna", table)
    tray = services.uploads.open("anna", "folder", "photos").id
    place = services.uploads.place("anna", tray, 900_000)
    place.write_bytes(bytes(900_000))
    services.uploads.keep("anna", tray, "a/b.jpg", place)
    ways = (
        lambda: services.uploads.place("anna", tray, 200_000),
        lambda: services.project.uploads.open("anna", 100_000),
        lambda: services.inference.uploads.place("anna", "a.wav", 200_000),
        lambda: services.limits.check_upload("anna", 200_000),
    )
    for way in ways:
        with pytest.raises(DatasetError, match="disk_limited"):
            way()
    assert services.project.uploads.open("bo", 100_000)
    grown = tmp_path / "more.csv"
    rows = "".join(f"{number} {'a long text ' * 40},good\n" for number in range(3_000))
    grown.write_text(f"text,label\n{rows}", "utf-8")
    with pytest.raises(DatasetError, match="disk_limited"):
        services.append.add_rows("anna", made.id, grown)
    assert services.datasets.get("anna", made.id).version.number == 1


def test_disk_use_tells_own_sizes_only(tmp_path: Path) -> None:
    services = real_services(settings_of(tmp_path / "home", sign_in="open"))
    table = write_table(tmp_path / "table.csv", 60)
    services.datasets.import_file("anna", table)
    (tmp_path / "home" / "backups").mkdir()
    (tmp_path / "home" / "backups" / "old.db").write_bytes(bytes(2**20))
    hers, his = services.disk.use("anna"), services.disk.use("bo")
    assert hers.datasets_mb > 0
    assert (his.datasets_mb, his.bases_mb, his.backups_mb, his.scratch_mb) == (0, 0, 0, 0)
    assert hers.free_mb < his.free_mb <= services.settings.person_disk_mb


def test_base_models_that_all_use_are_nobodys_to_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "find", lambda _bases, _name: tmp_path)
    services = real_services(settings_of(tmp_path / "home", sign_in="open"))
    with pytest.raises(ModelError, match="base_not_removable"):
        services.base_models.remove("anna", services.base_models.fetchable()[0])


def test_model_of_the_hub_stays_for_others(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", sign_in="open")
    services = real_services(settings)
    base = Base(name="someone/model", kind="hub", source="hub:someone/model", size_mb=1.0)
    for who in ("anna", "bo"):
        store_of(services).base_models.put(who, base.name, shelf.to_record(base))
    place = shelf.place(settings.bases, base.name)
    place.mkdir(parents=True)
    services.base_models.remove("anna", base.name)
    assert place.is_dir()
    assert not store_of(services).base_models.list_all("anna")
    assert store_of(services).base_models.list_all("bo")
