"""Jobs as rows of their owner; it must never write."""

from sqlalchemy import Connection, Select, select

from bigmodel.core.errors import NotFoundError
from bigmodel.core.job import Job
from bigmodel.store.sql.rows import to_job
from bigmodel.store.sql.tables import jobs


def find_job(connection: Connection, query: Select[*tuple[object, ...]]) -> Job | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else to_job(row)


def get_job(connection: Connection, owner: str, job_id: str) -> Job:
    job = find_job(connection, select(jobs).where(jobs.c.owner == owner, jobs.c.id == job_id))
    if job is None:
        raise NotFoundError("job_unknown")
    return job
