"""The store that people's work lives in: the contract of `base.py` in SQL. `open.py` makes it."""

from sqlalchemy import select

from bigmodel.core.message import Message
from bigmodel.store.sql.curves import SqlCurves
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.datasets import SqlBaseModels, SqlDatasets
from bigmodel.store.sql.dialect import Dialect
from bigmodel.store.sql.jobs import SqlJobs
from bigmodel.store.sql.labels import SqlLabels
from bigmodel.store.sql.models import SqlModels
from bigmodel.store.sql.people import SqlPeople
from bigmodel.store.sql.records import SqlRecords
from bigmodel.store.sql.rows import to_job
from bigmodel.store.sql.tables import datasets, jobs, versions
from bigmodel.store.values import Inventory


class SqlStore:
    """A store in one database, for any number of threads and processes."""

    def __init__(self, dialect: Dialect) -> None:
        self._database = database = Database(dialect)
        self.datasets = SqlDatasets(database)
        self.base_models = SqlBaseModels(database)
        self.labels = SqlLabels(database, self.datasets)
        self.jobs = SqlJobs(database, self.datasets)
        self.curves = SqlCurves(database)
        self.models = SqlModels(database)
        self.people = SqlPeople(database)
        self.records = SqlRecords(
            database, self.datasets, self.base_models, self.labels, self.jobs, self.models
        )

    def inventory(self) -> Inventory:
        with self._database.read() as connection:
            ids = connection.scalars(select(datasets.c.id)).all()
            folders = connection.scalars(select(versions.c.folder)).all()
            found = [to_job(row) for row in connection.execute(select(jobs)).mappings()]
        return Inventory(frozenset(ids), frozenset(folders), {job.id: job for job in found})

    def check(self) -> list[Message]:
        dialect = self._database.dialect
        key = dialect.check()
        return [Message(f"errors.{key}", {"path": dialect.place}, "error")] if key else []
