"""The store that people's work lives in, and what it promises. `open.py` makes it; the SQL stands in `sql`.

Promises, tested by `tests/contracts/` on every database:

- A call that returned is durable: it survives kill -9 of every process.
- Any thread and any process may call. A call never waits longer than the patience its store was opened with and
  holds no lock when it returns. One that cannot be answered (locked for longer, disk full, damage)
  raises `StoreError` and has written nothing.
- Every method that takes an owner answers for that owner only; a thing of somebody else raises
  `NotFoundError`, exactly like a thing that does not exist.
- Job states change in `jobs.claim`, `move` and `wish` (which only cancels or pauses a job that no worker
  holds) and nowhere else, along `core.job.MOVES`. A move is one compare-and-set on (state, token), in one
  transaction with its history row, and returns whether it won. Final states never change.
- `token` grows by one at every claim. Nothing written with an older token is ever accepted.
- A label given by hand is a row of its own, written before `labels.put` returns. Undo takes the newest away, as
  often as there is one. Labels name row ids, so they outlive every version; they go with their dataset.
- Points are exactly-once per (job, name, step): `ingest` commits points and file offset together.
"""

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


class Store:
    """Everything of all owners, by aggregate, in one database."""

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
        """Return what is stored, for a sweep of the data folder."""
        with self._database.read() as connection:
            ids = connection.scalars(select(datasets.c.id)).all()
            folders = connection.scalars(select(versions.c.folder)).all()
            found = [to_job(row) for row in connection.execute(select(jobs)).mappings()]
        return Inventory(frozenset(ids), frozenset(folders), {job.id: job for job in found})

    def check(self) -> list[Message]:
        """Return what is wrong with the store, an empty list when nothing is."""
        dialect = self._database.dialect
        key = dialect.check()
        return [Message(f"errors.{key}", {"path": dialect.place}, "error")] if key else []
