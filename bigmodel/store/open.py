"""Opening the store of a data folder: found, judged, backed up, migrated. It must never replace a file it cannot read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from bigmodel.core.errors import SettingsError
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.migrate import REVISIONS, known_revisions, migrate, newest_revision
from bigmodel.store.recovery import back_up
from bigmodel.store.server import open_server
from bigmodel.store.sql.dialect import PATIENCE_S, Sqlite, connect, sqlite_engine, sqlite_error_key

SHOWN_S = 1.5  # a page that waits for longer looks frozen


def open_store(
    settings: Settings,
    revisions: Path = REVISIONS,
    *,
    patience_s: float = PATIENCE_S,
    reading_s: float | None = None,
) -> Store:
    """Open the database of the data folder, made new or brought to this release first.

    A call waits `patience_s` for a database that another program keeps locked, one that only reads `reading_s`: what
    a page shows may come with the next look, what a person did or a command was asked for must not be lost to a disk
    that stalls for seconds.

    Raises:
        SettingsError: `database_newer`, `database_damaged`, `database_busy`, `disk_full` or `disk_failed`;
            see `open_server` for one on a server.
    """
    settings.make_folders()
    if settings.database_url:
        if settings.database.exists():
            _bring_up(settings, REVISIONS)
        return Store(open_server(settings, revisions, patience_s))
    _bring_up(settings, revisions)
    return Store(Sqlite(settings.database, patience_s, reading_s))


def _bring_up(settings: Settings, revisions: Path) -> None:
    """Make the database of a data folder, or bring it to this release."""
    path = settings.database
    with FileLock(settings.run / "store.lock"), _explained(path):
        is_new = not path.exists() or not path.stat().st_size
        if is_new and settings.has_work():
            raise SettingsError("database_damaged", path=str(path))
        revision = "" if is_new else _judge(path, revisions)
        if revision != newest_revision(revisions):
            if revision:
                back_up(settings, revision)
            _migrate(path, revisions)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn SQLite's own errors into sentences."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise SettingsError(
            sqlite_error_key(error) or "database_damaged", path=str(path)
        ) from error


def _judge(path: Path, revisions: Path) -> str:
    """Return the revision of an existing database."""
    was_torn = any(_size(path.with_name(path.name + end)) for end in ("-journal", "-wal"))
    with closing(connect(path)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not tables:
            return ""  # made, but killed before its tables were
        found = (
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if "alembic_version" in tables
            else None
        )
        if found is None:
            raise SettingsError("database_damaged", path=str(path))
        revision = str(found[0])
        if revision not in known_revisions(revisions):
            raise SettingsError("database_newer", path=str(path), revision=revision)
        if was_torn or revision != newest_revision(revisions):
            _check(connection, path)
    return revision


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise SettingsError("database_damaged", path=str(path))


def _migrate(path: Path, revisions: Path) -> None:
    engine = sqlite_engine(path, "BEGIN IMMEDIATE", foreign_keys=False)
    with engine.begin() as connection:
        migrate(connection, revisions)
