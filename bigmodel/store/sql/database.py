"""Transactions, in which calls of several sub-stores join; one must never end before the call that began it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bigmodel.core.errors import StoreError
from bigmodel.store.sql.dialect import Dialect


class Database:
    """A database, for any number of threads and processes.

    A transaction that a thread opens inside another one of its own is part of that one.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._open = threading.local()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run a transaction that reads.

        Raises:
            StoreError: the database is locked for too long, full, out of reach or damaged; nothing was written.
        """
        if (joined := getattr(self._open, "connection", None)) is not None:
            yield joined
        else:
            with self._transaction(self.dialect.reader) as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run a transaction that writes, alone among all writers.

        Raises:
            StoreError: as `read`.
        """
        joined = getattr(self._open, "connection", None)
        if joined is None:
            with self._transaction(self.dialect.writer) as connection:
                yield connection
        elif joined.engine is self.dialect.writer:
            yield joined
        else:
            raise RuntimeError("a transaction that reads is asked to write")

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.begin() as connection:
                self._open.connection = connection
                try:
                    yield connection
                finally:
                    self._open.connection = None
        except DBAPIError as error:
            if key := self.dialect.error_key(error.orig):
                raise StoreError(key, path=self.dialect.place) from error
            raise
