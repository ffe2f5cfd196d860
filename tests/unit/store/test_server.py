"""Opening the store on a PostgreSQL server: new, filled from a data folder, newer, foreign, out of reach; and its backups."""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, create_engine

from bigmodel.core.errors import SettingsError, StoreError
from bigmodel.core.job import State
from bigmodel.environment import environment
from bigmodel.settings import Settings, read_settings
from bigmodel.store import recovery
from bigmodel.store.base import Store
from bigmodel.store.migrate import REVISIONS, newest_revision
from bigmodel.store.open import open_store
from bigmodel.store.sql.tables import metadata
from tests.fakes.stores import brought_to, say
from tests.fakes.things import dataset_of, job_of, points_of
from tests.postgres import new_database
from tests.unit.store.test_open import NEXT

AWAY = "postgresql://user:secret-word@127.0.0.1:1/name"


@pytest.fixture
def server(settings: Settings) -> Settings:
    """The data folder of `settings`, with an empty database on a server."""
    return Settings(home=settings.home, offline=True, database_url=new_database())


def run_sql(settings: Settings, sql: str) -> None:
    with create_engine(settings.database_url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(sql)


def filled(store: Store) -> Store:
    """Give a store a dataset, and a job with a curve."""
    dataset = dataset_of(name="评论 reviews")
    store.datasets.add(dataset)
    say(store, brought_to(store, job_of(dataset), State.RUNNING), points_of("a", {1: 0.5, 2: 0.25}))
    return store


def content(store: Store) -> object:
    (job,) = store.jobs.list_all("local")
    curves = store.curves.read("local", job.id)
    return store.datasets.list_all("local"), job, store.jobs.history("local", job.id), curves


@pytest.mark.postgres
def test_tables_on_a_server_are_those_of_the_release(server: Settings) -> None:
    open_store(server)
    with create_engine(server.database_url, poolclass=NullPool).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.postgres
def test_numbers_outgrow_32_bits(server: Settings) -> None:
    store = filled(open_store(server))
    (job,) = store.jobs.list_all("local")
    assert store.jobs.ingest(job.id, job.token, 10, 2**40, [], job.created_at)
    assert store.jobs.offset(job.id, job.token) == 2**40


@pytest.mark.postgres
def test_rows_of_a_data_folder_are_taken_over_once(settings: Settings, server: Settings) -> None:
    known = content(filled(open_store(settings)))
    assert content(open_store(server)) == known
    assert not settings.database.exists()
    (backup,) = recovery.backups(settings)
    assert backup.label == recovery.MOVED
    store = open_store(server)
    dataset = dataset_of(name="next")
    store.datasets.add(dataset)
    say(store, brought_to(store, job_of(dataset), State.RUNNING), points_of("b", {1: 1.0}))
    assert content_of_file(settings, backup.path) == known


def content_of_file(settings: Settings, copy: Path) -> object:
    shutil.copy(copy, settings.database)
    return content(open_store(settings))


@pytest.mark.postgres
def test_copy_of_a_server_opens_without_it(settings: Settings, server: Settings) -> None:
    store = filled(open_store(server))
    copy = recovery.back_up(server, recovery.DAILY)
    assert content_of_file(settings, copy) == content(store)


@pytest.mark.postgres
def test_deleted_rows_leave_the_copies(server: Settings) -> None:
    store = open_store(server)
    dataset = dataset_of(name="forget-me")
    store.datasets.add(dataset)
    recovery.back_up(server, recovery.DAILY)
    store.datasets.delete("local", dataset.id)
    recovery.forget_deleted(server)
    (left,) = recovery.backups(server)
    assert b"forget-me" not in left.path.read_bytes()


@pytest.mark.postgres
def test_next_release_copies_then_migrates(server: Settings, tmp_path: Path) -> None:
    open_store(server).datasets.add(dataset_of(name="old"))
    later = tmp_path / "migrations"
    shutil.copytree(REVISIONS, later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "versions" / "r9999_later.py").write_text(NEXT, "utf-8")
    assert open_store(server, later).datasets.list_all("local")[0].name == "old!"
    assert [copy.label for copy in recovery.backups(server)] == [newest_revision()]
    with pytest.raises(SettingsError, match="database_newer"):
        open_store(server)


@pytest.mark.postgres
def test_tables_of_another_program_are_left_alone(server: Settings) -> None:
    run_sql(server, "CREATE TABLE jobs (theirs INTEGER)")
    with pytest.raises(SettingsError, match="database_foreign"):
        open_store(server)


@pytest.mark.postgres
def test_empty_database_is_not_that_of_a_folder_with_work(server: Settings) -> None:
    (server.datasets / "theirs").mkdir()
    with pytest.raises(SettingsError, match="database_not_ours"):
        open_store(server)
    with create_engine(server.database_url, poolclass=NullPool).connect() as connection:
        assert not connection.dialect.get_table_names(connection)


@pytest.mark.postgres
def test_another_writer_is_waited_for_and_named(server: Settings) -> None:
    open_store(server)
    store = open_store(server, patience_s=0.05)
    engine = store._database.dialect.writer
    with engine.begin(), pytest.raises(StoreError, match="database_busy"):
        store.datasets.add(dataset_of())
    assert store.datasets.list_all("local") == []


def test_server_out_of_reach_is_said_without_its_password(settings: Settings) -> None:
    away = Settings(home=settings.home, database_url=AWAY)
    with pytest.raises(SettingsError, match="database_unreachable") as caught:
        open_store(away)
    assert "secret-word" not in str(caught.value.args_of_words)
    assert "secret-word" not in repr(away)


def test_only_who_opens_the_store_is_told_the_password() -> None:
    settings = Settings(database_url=AWAY)
    assert "secret-word" not in str(environment(settings))
    assert (
        Settings(**{"database_url": environment(settings, has_store=True)["BIGMODEL_DATABASE_URL"]})
        == settings
    )


@pytest.mark.parametrize(
    "url", ["mysql://user:secret-word@server/name", "secret-word", "postgresql://"]
)
def test_address_of_another_database_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIGMODEL_DATABASE_URL", url)
    with pytest.raises(SettingsError, match="setting_wrong") as caught:
        read_settings()
    assert "secret-word" not in str(caught.value.args_of_words)
