"""What differs between databases: connecting, the lock of the one writer, upserts, elapsed time, errors, checks.

It must never keep a connection between calls: nothing is open across a fork, and no lock outlives a call.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    NullPool,
    Table,
    create_engine,
    event,
    extract,
    func,
    make_url,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from bigmodel.store.sql.tables import to_json

PATIENCE_S = 30.0  # with a database that another program keeps locked, or whose disk stalls
SAFE_WAL = (3, 51, 3)  # older ones can corrupt a write-ahead log that several processes write
ANSWER_S = 30.0  # patience with each answer of a server
WRITER_LOCK = 0x424D5331  # "BMS1": the advisory lock of PostgreSQL that a writer holds
Begin = Literal["BEGIN", "BEGIN IMMEDIATE"]
SQLITE_ERRORS = {
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_LOCKED: "database_busy",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_IOERR: "disk_failed",
    sqlite3.SQLITE_READONLY: "disk_failed",
    sqlite3.SQLITE_CANTOPEN: "disk_failed",
    sqlite3.SQLITE_CORRUPT: "database_damaged",
    sqlite3.SQLITE_NOTADB: "database_damaged",
}
POSTGRESQL_ERRORS = {  # by SQLSTATE, or its first two letters
    "08": "database_unreachable",
    "28": "database_unreachable",
    "3D": "database_unreachable",
    "42501": "database_unreachable",
    "40": "database_busy",
    "53100": "disk_full",
    "53": "database_busy",
    "55P03": "database_busy",
    "57": "database_unreachable",
    "58": "disk_failed",
    "XX": "database_damaged",
}
INSERTS: Mapping[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class Dialect(ABC):
    """One database: an engine that reads, one that writes, and what its errors mean."""

    place: str  # what a sentence about it names
    reader: Engine
    writer: Engine

    @abstractmethod
    def error_key(self, error: BaseException | None) -> str | None:
        """Return the key of the words for an error of the database that is not our own mistake."""

    @abstractmethod
    def check(self) -> str | None:
        """Return the key of the words for damage, None for a healthy database."""


class Sqlite(Dialect):
    """A file. Its one writer at a time begins with BEGIN IMMEDIATE."""

    def __init__(
        self, path: Path, patience_s: float = PATIENCE_S, reading_s: float | None = None
    ) -> None:
        self._path = path
        self.place = str(path)
        reading_s = patience_s if reading_s is None else reading_s
        self.reader = sqlite_engine(path, "BEGIN", patience_s=reading_s)
        self.writer = sqlite_engine(path, "BEGIN IMMEDIATE", patience_s=patience_s)

    def error_key(self, error: BaseException | None) -> str | None:
        return sqlite_error_key(error)

    def check(self) -> str | None:
        """Read the whole file and look for damage."""
        try:
            with closing(connect(self._path)) as connection:
                is_damaged = connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok"
                orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            return sqlite_error_key(error) or "database_damaged"
        return "database_damaged" if is_damaged or orphan is not None else None


class Postgresql(Dialect):
    """A server. Its one writer at a time holds an advisory lock until its transaction ends.

    Row locks would let several write at once, but turns of owners, numbers of history and keys of jobs are promised
    across rows; a write takes milliseconds, so one lock is enough and keeps the promises the same.
    """

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        self.place = make_url(url).render_as_string(hide_password=True)
        self.reader = self._engine(url, "REPEATABLE READ")
        self.writer = self._engine(url, "READ COMMITTED")
        lock = f"SELECT pg_advisory_xact_lock({WRITER_LOCK})"
        patience = f"SET LOCAL lock_timeout = {max(1, round(1_000 * patience_s))}"

        def begin(connection: Connection) -> None:
            connection.exec_driver_sql(patience)
            connection.exec_driver_sql(lock)

        event.listen(self.writer, "begin", begin)

    @staticmethod
    def _engine(url: str, isolation: Literal["REPEATABLE READ", "READ COMMITTED"]) -> Engine:
        return create_engine(
            url,
            poolclass=NullPool,
            json_serializer=to_json,
            isolation_level=isolation,
            connect_args={"timeout": ANSWER_S},
        )

    def error_key(self, error: BaseException | None) -> str | None:
        details = error.args[0] if error is not None and error.args else None
        if not isinstance(details, dict):  # no answer of the server at all
            return "database_unreachable" if error is not None else None
        state = str(details.get("C", ""))
        return POSTGRESQL_ERRORS.get(state) or POSTGRESQL_ERRORS.get(state[:2])

    def check(self) -> str | None:
        """See whether the server answers; it watches over its own pages."""
        try:
            with self.reader.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except DBAPIError as error:
            return self.error_key(error.orig) or "database_damaged"
        return None


def upsert(connection: Connection, table: Table) -> Any:
    """Return an insert with `on_conflict_do_update` and its kind, which SQLAlchemy types by database only."""
    return INSERTS[connection.dialect.name](table)


def elapsed(
    connection: Connection, start: ColumnElement[Any], end: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Return the time between two stored moments, in a unit that only orders."""
    if connection.dialect.name == "sqlite":
        return func.julianday(end) - func.julianday(start)
    moment = postgresql.TIMESTAMP(timezone=True)
    return extract("epoch", sql_cast(end, moment) - sql_cast(start, moment))


def journal_mode() -> str:
    """Return the journal mode that this machine's SQLite keeps safe with several writers."""
    return "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "TRUNCATE"


def connect(
    path: Path, *, foreign_keys: bool = True, patience_s: float = PATIENCE_S
) -> sqlite3.Connection:
    """Open the file in autocommit mode; the caller closes the connection."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA busy_timeout={round(1_000 * patience_s)}")
        connection.execute(f"PRAGMA foreign_keys={int(foreign_keys)}")
        connection.execute(f"PRAGMA journal_mode={journal_mode()}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
    except BaseException:
        connection.close()
        raise
    return connection


def sqlite_engine(
    path: Path, begin: Begin, *, foreign_keys: bool = True, patience_s: float = PATIENCE_S
) -> Engine:
    """Return an engine whose transactions start with `begin`: reads must not take the write lock."""
    engine = create_engine(
        f"sqlite:///{path}",
        creator=lambda: connect(path, foreign_keys=foreign_keys, patience_s=patience_s),
        poolclass=NullPool,
        json_serializer=to_json,
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def sqlite_error_key(error: BaseException | None) -> str | None:
    """Return the key of the words for an error of SQLite that is not our own mistake."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else SQLITE_ERRORS.get(code & 0xFF)
