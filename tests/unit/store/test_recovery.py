"""Copies of the database and the way back to one: nothing that was there is ever gone."""

import pytest

from bigmodel.core.errors import NotFoundError, SettingsError
from bigmodel.settings import Settings
from bigmodel.store import recovery
from bigmodel.store.open import open_store
from tests.fakes.things import dataset_of


def damage(settings: Settings) -> bytes:
    content = bytes(100) + b"no database" * 1000
    settings.database.write_bytes(content)
    return content


def test_damaged_database_goes_back_to_a_copy(settings: Settings) -> None:
    store = open_store(settings)
    store.datasets.add(dataset_of(name="before"))
    recovery.back_up(settings, "daily")
    store.datasets.add(dataset_of(name="after"))
    content = damage(settings)
    (copy,) = recovery.backups(settings)
    assert copy.label == "daily"
    aside = recovery.restore(settings, copy.name)
    assert [dataset.name for dataset in open_store(settings).datasets.list_all("local")] == [
        "before"
    ]
    assert (aside / settings.database.name).read_bytes() == content
    assert recovery.restored_at(settings) is not None


def test_starting_anew_keeps_everything_aside(settings: Settings) -> None:
    open_store(settings)
    (settings.datasets / "theirs").mkdir()
    content = damage(settings)
    aside = recovery.start_anew(settings)
    assert open_store(settings).datasets.list_all("local") == []
    assert (aside / settings.database.name).read_bytes() == content
    assert (aside / "datasets" / "theirs").is_dir()


def test_damaged_copy_is_refused_and_changes_nothing(settings: Settings) -> None:
    open_store(settings).datasets.add(dataset_of(name="here"))
    copy = recovery.back_up(settings, "daily")
    copy.write_bytes(copy.read_bytes()[:5000])
    with pytest.raises(SettingsError) as raised:
        recovery.restore(settings, copy.name)
    assert raised.value.key == "backup_damaged"
    assert open_store(settings).datasets.list_all("local")[0].name == "here"


@pytest.mark.parametrize("name", ["", "../studio.db", "studio-20260101-000000-000000-daily.db"])
def test_unknown_copy_is_not_looked_for(settings: Settings, name: str) -> None:
    open_store(settings)
    with pytest.raises(NotFoundError):
        recovery.restore(settings, name)


def test_lost_database_is_not_silently_made_new(settings: Settings) -> None:
    open_store(settings)
    (settings.datasets / "theirs").mkdir()
    settings.database.unlink()
    with pytest.raises(SettingsError) as raised:
        open_store(settings)
    assert raised.value.key == "database_damaged"
    assert not settings.database.exists()
