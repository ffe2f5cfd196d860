"""A store of its own for one test, with the tables of this release; what it holds goes with it."""

import shutil
import tempfile
import weakref
from functools import cache
from pathlib import Path
from sqlite3 import Connection

from sqlalchemy import event

from bigmodel.store.base import Store
from bigmodel.store.sql.dialect import Sqlite, sqlite_engine
from bigmodel.store.sql.tables import metadata


class ScratchStore(Store):
    """The store of people's work in a file for the moment: nothing of it is flushed to the disk, which takes longest."""

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="bigmodel-store-")
        path = Path(folder) / "studio.db"
        path.write_bytes(_empty())
        dialect = Sqlite(path)
        for engine in (dialect.reader, dialect.writer):
            event.listen(engine, "connect", _hurry)
        super().__init__(dialect)
        weakref.finalize(self._database, shutil.rmtree, folder, ignore_errors=True)


@cache
def _empty() -> bytes:
    """Return a database with tables and no rows: the steps of the migrations have tests of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studio.db"
        with sqlite_engine(path, "BEGIN IMMEDIATE").begin() as connection:
            metadata.create_all(connection)
        return path.read_bytes()


def _hurry(connection: Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")
