"""Bringing a database to the newest revision, in one transaction; it must never leave one half migrated."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bigmodel.core.errors import StoreError
from bigmodel.store.sql.tables import metadata

REVISIONS = Path(__file__).parent / "migrations"


def newest_revision(folder: Path = REVISIONS) -> str:
    return str(_scripts(folder).get_current_head())


def known_revisions(folder: Path = REVISIONS) -> set[str]:
    return {script.revision for script in _scripts(folder).walk_revisions()}


def migrate(connection: Connection, folder: Path = REVISIONS, to: str = "head") -> None:
    """Run all revisions that the database has not seen; the caller commits.

    Raises:
        StoreError: the result has rows that point nowhere.
    """
    command.upgrade(_config(folder, connection), to)
    if connection.dialect.name != "sqlite":
        return  # a server holds its foreign keys itself
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StoreError("database_damaged", path=str(connection.engine.url.database))


def create(connection: Connection) -> None:
    """Make the tables of this release in an empty database of a server; the caller commits.

    Revisions up to 0003 are written for SQLite; later ones must run on both.
    """
    metadata.create_all(connection, checkfirst=False)
    command.stamp(_config(REVISIONS, connection), newest_revision())


def _config(folder: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.attributes["connection"] = connection
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(folder))
