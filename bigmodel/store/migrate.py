"""Bringing a database to the newest revision, in one transaction; it must never leave one half migrated."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bigmodel.core.errors import StoreError

REVISIONS = Path(__file__).parent / "migrations"


def newest_revision(folder: Path = REVISIONS) -> str:
    return str(_scripts(folder).get_current_head())


def known_revisions(folder: Path = REVISIONS) -> set[str]:
    return {script.revision for script in _scripts(folder).walk_revisions()}


def migrate(connection: Connection, folder: Path = REVISIONS) -> None:
    """Run all revisions that the database has not seen; the caller commits.

    Raises:
        StoreError: the result has rows that point nowhere.
    """
    config = _config(folder)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StoreError("database_damaged", path=str(connection.engine.url.database))


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(folder))
