"""The tables of the database, as the newest revision leaves them; it must never change without a new revision in `migrations/`."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData()
Long = BigInteger().with_variant(Integer, "sqlite")  # more than 32 bits; SQLite has one kind alone


class Moment(TypeDecorator[datetime]):
    """A time as ISO text in UTC with microseconds, so that text order is time order."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time has a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else datetime.fromisoformat(value)


def to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _job(**keys: Any) -> Column[str]:
    return Column("job_id", String(36), ForeignKey("jobs.id", ondelete="CASCADE"), **keys)


def _curve() -> Column[int]:
    return Column(
        "curve_id", Integer, ForeignKey("curves.id", ondelete="CASCADE"), primary_key=True
    )


datasets = Table(
    "datasets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("datasets_by_owner", "owner", "created_at"),
)

versions = Table(
    "versions",
    metadata,
    Column(
        "dataset_id", String(36), ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("number", Integer, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("recipe", JSON, nullable=False),
    Column("summary", JSON, nullable=False),
)

sortings = Table(
    "sortings",
    metadata,
    Column(
        "dataset_id", String(36), ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("classes", JSON, nullable=False),  # names in order
    Column("relabel", JSON, nullable=False),  # label as it came, to the class it is now
    Column("change", Integer, nullable=False),
    Column("written", Integer, nullable=False),
)

hand_labels = Table(
    "hand_labels",
    metadata,
    Column(
        "dataset_id", String(36), ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("seq", Integer, primary_key=True),
    Column("row_id", String(36), nullable=False),  # of no table: it stays the same in every version
    Column("label", Text, nullable=False),  # "": left for later
    Column("is_even", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("dataset_id", String(36), nullable=False),
    Column("dataset_version", Integer, nullable=False),
    Column("base", Text, nullable=False),
    Column("preset", Text, nullable=False),
    Column("params", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("wish", String(16), nullable=False),
    Column("token", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("not_before", Moment),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("beat_at", Moment),
    Column("progress", JSON, nullable=False),
    Column("message", JSON(none_as_null=True)),
    Column("traceback", Text, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("checkpoint_step", Integer, nullable=False),
    Column("checkpoint_digest", Text, nullable=False),
    Column("points_mark", Integer, nullable=False, server_default="0"),
    Column("older", JSON, nullable=False, server_default="[]"),
    Column("continues", String(36), nullable=False, server_default=""),
    Column("priority", Long, nullable=False, server_default="0"),
    Column("via", Text, nullable=False, server_default=""),
    Column("expected_s", Float, nullable=False, server_default="0"),
    ForeignKeyConstraint(
        ["dataset_id", "dataset_version"], ["versions.dataset_id", "versions.number"]
    ),
    Index("jobs_by_owner", "owner", "created_at"),
    Index("jobs_by_state", "state", "created_at"),
    Index("jobs_by_dataset", "dataset_id", "dataset_version"),
    Index(
        "jobs_by_key",
        "owner",
        "key",
        unique=True,
        sqlite_where=text("key != ''"),
        postgresql_where=text("key != ''"),
    ),
)

history = Table(
    "history",
    metadata,
    _job(primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("message", JSON, nullable=False),
    sqlite_with_rowid=False,
)

attempts = Table(
    "attempts",
    metadata,
    _job(primary_key=True),
    Column("token", Integer, primary_key=True),
    Column("offset", Long, nullable=False),  # bytes of its event file that are ingested
    sqlite_with_rowid=False,
)

models = Table(
    "models",
    metadata,
    Column("id", String(36), primary_key=True),
    _job(nullable=False),
    Column("kind", String(16), nullable=False),
    Column("task", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size_mb", Float, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("job_id", "kind", name="models_by_kind"),
    Index(
        "models_kept",
        "job_id",
        unique=True,
        sqlite_where=text("kept"),
        postgresql_where=text("kept"),
    ),
)

curves = Table(
    "curves",
    metadata,
    Column("id", Integer, primary_key=True),
    _job(nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("job_id", "name", name="curves_by_name"),
)

points = Table(
    "points",
    metadata,
    _curve(),
    Column("step", Integer, primary_key=True),
    Column("value", Float),  # NULL: not a number
    sqlite_with_rowid=False,
)

rollups = Table(
    "rollups",
    metadata,
    _curve(),
    Column("level", Integer, primary_key=True),
    Column("bucket", Integer, primary_key=True),  # step // 16**level
    Column("step", Integer, nullable=False),  # the last one in the bucket
    Column("low", Float),
    Column("high", Float),
    Column("total", Float),
    Column("numbers", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    sqlite_with_rowid=False,
)

people = Table(
    "people",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("secret", Text, nullable=False),  # a hash
    Column("is_admin", Boolean, nullable=False),
    Column("most_jobs", Integer, nullable=False, server_default="0"),
    Column("most_minutes", Integer, nullable=False, server_default="0"),
    Column("most_disk_mb", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Index(
        "people_by_name",
        "name",
        unique=True,
        sqlite_where=text("name != ''"),
        postgresql_where=text("name != ''"),
    ),
    Index("people_by_secret", "secret"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # a hash
    Column("person_id", String(36), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("until", Moment, nullable=False),
    Index("sessions_by_person", "person_id"),
)

base_models = Table(
    "base_models",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("record", JSON, nullable=False),
)
