"""Trained models in SQL; exactly one of a job's models is kept."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bigmodel.core.errors import NotFoundError
from bigmodel.core.model import TrainedModel
from bigmodel.store.intake import keep_one
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.owned import get_job
from bigmodel.store.sql.rows import model_record, to_model
from bigmodel.store.sql.tables import jobs, models


class SqlModels:
    """Trained models."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, owner: str, model_id: str) -> TrainedModel:
        with self._database.read() as connection:
            for model in find(connection, owner, models.c.id == model_id):
                return model
        raise NotFoundError("model_unknown")

    def relabel(self, owner: str, model_id: str, labels: Sequence[str], digest: str) -> None:
        """Give a model whose files were changed its labels and digest."""
        changed = {"labels": list(labels), "digest": digest}
        with self._database.write() as connection:
            self.get(owner, model_id)
            connection.execute(update(models).where(models.c.id == model_id).values(changed))

    def list_all(self, owner: str, job_id: str = "") -> list[TrainedModel]:
        """Return models, newest first; of one job, if given."""
        with self._database.read() as connection:
            if not job_id:
                return find(connection, owner)
            get_job(connection, owner, job_id)
            return find(connection, owner, jobs.c.id == job_id)


def find(connection: Connection, owner: str, *where: ColumnElement[bool]) -> list[TrainedModel]:
    """Return an owner's models, newest first."""
    query = (
        select(models, jobs.c.owner, jobs.c.name)
        .join(jobs, jobs.c.id == models.c.job_id)
        .where(jobs.c.owner == owner, *where)
        .order_by(models.c.created_at.desc(), models.c.id.desc())
    )
    return [to_model(row) for row in connection.execute(query).mappings()]


def put(connection: Connection, model: TrainedModel) -> None:
    """Store a reported model in the place of the job's earlier one of its kind."""
    known = find(connection, model.owner, jobs.c.id == model.job_id)
    others = [other for other in known if other.kind != model.kind]
    connection.execute(delete(models).where(models.c.job_id == model.job_id))
    records = [model_record(item) for item in keep_one([*others, model], model)]
    connection.execute(insert(models), records)
