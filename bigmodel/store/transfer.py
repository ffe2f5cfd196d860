"""Rows between a database server and a file of SQLite: the way in from a data folder, and backups."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import JSON, Connection, MetaData, insert, select, text
from sqlalchemy.exc import DBAPIError

from bigmodel.core.errors import SettingsError
from bigmodel.store.migrate import migrate
from bigmodel.store.sql.dialect import Postgresql, sqlite_engine

ROWS = 1_000  # copied at a time


def copy_to_file(url: str, path: Path) -> None:
    """Write all rows of a database server, of one moment, to a new SQLite database of the same revision."""
    dialect = Postgresql(url)
    file = sqlite_engine(path, "BEGIN IMMEDIATE", foreign_keys=False)
    with explained(dialect), dialect.reader.begin() as source, file.begin() as target:
        migrate(target, to=revision_of(source))
        _copy(source, target, _tables(target))


def copy_from_file(path: Path, target: Connection) -> None:
    """Fill the empty tables of a server with the rows of a database of the same revision."""
    with sqlite_engine(path, "BEGIN").begin() as source:
        _copy(source, target, _tables(source))
    # where numbers are given by the server, it goes on after the last
    newest = "SELECT setval(pg_get_serial_sequence('curves', 'id'), max(id)) FROM curves"
    target.execute(text(newest))


@contextmanager
def explained(dialect: Postgresql) -> Iterator[None]:
    """Turn the server's own errors into sentences."""
    try:
        yield
    except DBAPIError as error:
        key = dialect.error_key(error.orig) or "database_damaged"
        raise SettingsError(key, path=dialect.place) from error


def revision_of(connection: Connection) -> str:
    """Return the revision of a database with our tables."""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def _tables(file: Connection) -> MetaData:
    """Return the tables of a database file, which may be of an earlier release than `tables.py`."""
    found = MetaData()
    found.reflect(file, only=lambda name, _: name != "alembic_version")
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
    return found


def _copy(source: Connection, target: Connection, tables: MetaData) -> None:
    for table in tables.sorted_tables:
        for rows in source.execute(select(table)).mappings().partitions(ROWS):
            target.execute(insert(table), [dict(row) for row in rows])
