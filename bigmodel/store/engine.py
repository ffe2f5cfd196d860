"""Connections to the SQLite file: one engine that writes, one that reads, each call with a connection of its own.

It must never keep a connection between calls: nothing is open across a fork, and no lock outlives a call.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DatabaseError

from bigmodel.core.errors import StoreError
from bigmodel.store.tables import to_json

PATIENCE_S = 10.0  # with a database that another program keeps locked
SAFE_WAL = (3, 51, 3)  # older ones can corrupt a write-ahead log that several processes write
Begin = Literal["BEGIN", "BEGIN IMMEDIATE"]
ERRORS = {
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_LOCKED: "database_busy",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_IOERR: "disk_failed",
    sqlite3.SQLITE_READONLY: "disk_failed",
    sqlite3.SQLITE_CANTOPEN: "disk_failed",
    sqlite3.SQLITE_CORRUPT: "database_damaged",
    sqlite3.SQLITE_NOTADB: "database_damaged",
}


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


def make_engine(
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


@contextmanager
def transaction(engine: Engine, path: Path) -> Iterator[Connection]:
    """Run one transaction.

    Raises:
        StoreError: the file is locked for too long, full, out of reach or damaged; nothing was written.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except DatabaseError as error:
        if key := error_key(error.orig):
            raise StoreError(key, path=str(path)) from error
        raise


def error_key(error: BaseException | None) -> str | None:
    """Return the key of the words for an error of SQLite that is not our own mistake."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else ERRORS.get(code & 0xFF)
