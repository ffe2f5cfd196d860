"""Opening a data folder: new, old, newer, foreign, damaged, killed in the middle."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bigmodel.core.errors import SettingsError, StoreError
from bigmodel.core.job import State
from bigmodel.settings import Settings
from bigmodel.store.migrate import REVISIONS, newest_revision
from bigmodel.store.open import open_store
from bigmodel.store.sql import dialect as engines
from bigmodel.store.sql.tables import metadata
from tests.fakes.things import dataset_of

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
NEXT = '''"""A revision of a later release, for tests."""

import os
import signal

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE datasets ADD COLUMN colour TEXT")
    op.execute("UPDATE datasets SET name = name || '!'")
    if os.environ.get("DIE_IN_MIGRATION"):
        os.kill(os.getpid(), signal.SIGKILL)
'''
OPEN = """
import sys
from pathlib import Path
from bigmodel.settings import Settings
from bigmodel.store.open import open_store
open_store(Settings(home=Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The revisions of a later release."""
    folder = tmp_path / "migrations"
    shutil.copytree(REVISIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "r0006_later.py").write_text(NEXT, "utf-8")
    return folder


def run_sql(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


def refusal(settings: Settings) -> str:
    """Return why the data folder is refused; its database must stay as it was."""
    before = settings.database.read_bytes()
    with pytest.raises(SettingsError) as caught:
        open_store(settings)
    assert settings.database.read_bytes() == before
    assert caught.value.args_of_words["path"] == str(settings.database)
    return caught.value.key


def test_tables_are_what_revisions_make(settings: Settings) -> None:
    open_store(settings)
    engine = engines.sqlite_engine(settings.database, "BEGIN")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_second_opening_changes_nothing(settings: Settings) -> None:
    dataset = dataset_of()
    open_store(settings).datasets.add(dataset)
    before = settings.database.read_bytes()
    assert open_store(settings).datasets.list_all("local") == [dataset]
    assert settings.database.read_bytes() == before
    assert not (settings.home / "backups").exists()


def test_data_of_release_1_is_found_again(settings: Settings) -> None:
    run_sql(settings.database, (HERE / "release_1.sql").read_text("utf-8"))
    store = open_store(settings)
    (dataset,) = store.datasets.list_all("local")
    assert (dataset.name, dataset.version.number) == ("评论 reviews", 2)
    assert dataset.version.summary.classes == {"好": 2, "bad": 1}
    states = {job.name: job.state for job in store.jobs.list_all("local")}
    assert states == {"first": State.SUCCEEDED, "second": State.QUEUED}
    (model,) = store.models.list_all("local")
    assert (model.kind, model.kept, model.labels) == ("instant", True, ("bad", "好"))
    (curve,) = store.curves.read("local", model.job_id)
    assert (curve.name, curve.points, curve.values[0]) == ("train/loss", 40, 1.0)
    assert len(store.jobs.history("local", model.job_id)) == 6
    assert store.base_models.list_all("local") == {"bert": {"revision": "abc"}}
    assert store.check() == []


def test_old_database_is_backed_up_and_migrated(settings: Settings, later: Path) -> None:
    open_store(settings).datasets.add(dataset_of(name="old"))
    store = open_store(settings, later)
    assert store.datasets.list_all("local")[0].name == "old!"
    (backup,) = (settings.home / "backups").iterdir()
    shutil.copy(backup, settings.database)
    assert open_store(settings).datasets.list_all("local")[0].name == "old"


@pytest.mark.slow
def test_kill_in_the_middle_of_migration_loses_nothing(settings: Settings, later: Path) -> None:
    open_store(settings).datasets.add(dataset_of(name="old"))
    command = [sys.executable, "-c", OPEN, str(settings.home), str(later)]
    run = subprocess.run(command, cwd=ROOT, env={**os.environ, "DIE_IN_MIGRATION": "1"})
    assert run.returncode == -9
    assert open_store(settings).datasets.list_all("local")[0].name == "old"
    assert open_store(settings, later).datasets.list_all("local")[0].name == "old!"


@pytest.mark.slow
def test_kill_while_a_database_is_made_loses_nothing(settings: Settings, later: Path) -> None:
    command = [sys.executable, "-c", OPEN, str(settings.home), str(later)]
    run = subprocess.run(command, cwd=ROOT, env={**os.environ, "DIE_IN_MIGRATION": "1"})
    assert run.returncode == -9
    assert open_store(settings, later).datasets.list_all("local") == []


def test_newer_database_is_refused(settings: Settings, later: Path) -> None:
    open_store(settings, later)
    assert refusal(settings) == "database_newer"


def test_foreign_database_is_refused(settings: Settings) -> None:
    run_sql(settings.database, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1);")
    assert refusal(settings) == "database_damaged"


def test_file_that_is_no_database_is_refused(settings: Settings) -> None:
    settings.database.write_text("not a database at all\n" * 500)
    assert refusal(settings) == "database_damaged"


def test_truncated_database_is_refused(settings: Settings) -> None:
    open_store(settings).datasets.add(dataset_of())
    content = settings.database.read_bytes()
    settings.database.write_bytes(content[: len(content) // 2])
    assert refusal(settings) == "database_damaged"


def test_empty_file_beside_peoples_work_is_refused(settings: Settings) -> None:
    settings.database.touch()
    (settings.datasets / "theirs").mkdir()
    assert refusal(settings) == "database_damaged"


def test_only_newest_backups_are_left(settings: Settings, later: Path) -> None:
    folder = settings.home / "backups"
    folder.mkdir()
    for day in range(10, 20):
        (folder / f"studio-202001{day}-000000-000000-0001.db").touch()
    open_store(settings)
    open_store(settings, later)
    assert len(list(folder.iterdir())) == 7


def test_locked_database_says_so(settings: Settings) -> None:
    store = open_store(settings, patience_s=0.05)
    with closing(sqlite3.connect(settings.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="database_busy"):
            store.datasets.add(dataset_of())
    assert store.datasets.list_all("local") == []


def test_damage_found_later_is_told(settings: Settings) -> None:
    store = open_store(settings)
    settings.database.write_text("not a database at all\n" * 500)
    assert [problem.key for problem in store.check()] == ["errors.database_damaged"]


def test_every_connection_is_durable(settings: Settings) -> None:
    open_store(settings)
    with closing(engines.connect(settings.database)) as connection:
        asked = ("synchronous", "foreign_keys", "busy_timeout", "journal_mode")
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert found == [2, 1, 30_000, engines.journal_mode().lower()]


def test_newest_revision_is_known() -> None:
    assert newest_revision() == "0005"
