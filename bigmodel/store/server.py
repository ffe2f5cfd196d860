"""Opening the store on a database server: judged, backed up, migrated, or filled from the file of a data folder.

It must never fill a database that is not empty, and never take an empty one for that of a folder with work in it.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect

from bigmodel.core.errors import SettingsError
from bigmodel.settings import Settings
from bigmodel.store.migrate import create, known_revisions, migrate, newest_revision
from bigmodel.store.recovery import back_up, move_to_backups
from bigmodel.store.sql.dialect import Postgresql
from bigmodel.store.sql.tables import metadata
from bigmodel.store.transfer import copy_from_file, explained, revision_of

OPENING_S = 60.0  # patience with another process that opens the same database


def open_server(settings: Settings, revisions: Path, patience_s: float) -> Postgresql:
    """Open the database of `database_url`, filled from `studio.db` if it is empty, or brought to this release.

    Raises:
        SettingsError: `database_newer`, `database_foreign`, `database_not_ours` or `database_unreachable`.
    """
    dialect = Postgresql(settings.database_url, OPENING_S)
    with explained(dialect), dialect.writer.begin() as connection:
        revision = _judge(connection, dialect.place, revisions)
        if not revision:
            _fill(settings, connection, dialect.place)
        if revision not in ("", newest_revision(revisions)):
            back_up(settings, revision)
        migrate(connection, revisions)
    if settings.database.exists():
        move_to_backups(settings)
    return Postgresql(settings.database_url, patience_s)


def _judge(connection: Connection, place: str, revisions: Path) -> str:
    """Return the revision of the database, "" for one without our tables."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables & set(metadata.tables):
            raise SettingsError("database_foreign", path=place)
        return ""
    revision = revision_of(connection)
    if revision not in known_revisions(revisions):
        raise SettingsError("database_newer", path=place, revision=revision)
    return revision


def _fill(settings: Settings, connection: Connection, place: str) -> None:
    """Make the tables, with the rows of a database file of this release if the data folder has one."""
    create(connection)
    if settings.database.exists():
        copy_from_file(settings.database, connection)
    elif settings.has_work():
        raise SettingsError("database_not_ours", path=place, home=str(settings.home))
