"""Everything the first release stores."""

from alembic import op

revision = "0001"
down_revision = None

APPLICATION_ID = 0x424D5331  # "BMS1": says whose file this is
STATEMENTS = (
    """
CREATE TABLE base_models (
    owner VARCHAR(64) NOT NULL,
    name TEXT NOT NULL,
    record JSON NOT NULL,
    PRIMARY KEY (owner, name)
)
    """,
    """
CREATE TABLE datasets (
    id VARCHAR(36) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    name TEXT NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    PRIMARY KEY (id)
)
    """,
    """
CREATE INDEX datasets_by_owner ON datasets (owner, created_at)
    """,
    """
CREATE TABLE versions (
    dataset_id VARCHAR(36) NOT NULL,
    number INTEGER NOT NULL,
    folder TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    recipe JSON NOT NULL,
    summary JSON NOT NULL,
    PRIMARY KEY (dataset_id, number),
    FOREIGN KEY(dataset_id) REFERENCES datasets (id) ON DELETE CASCADE
)
    """,
    """
CREATE TABLE jobs (
    id VARCHAR(36) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    "key" TEXT NOT NULL,
    name TEXT NOT NULL,
    task TEXT NOT NULL,
    dataset_id VARCHAR(36) NOT NULL,
    dataset_version INTEGER NOT NULL,
    base TEXT NOT NULL,
    preset TEXT NOT NULL,
    params JSON NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    state VARCHAR(16) NOT NULL,
    wish VARCHAR(16) NOT NULL,
    token INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    not_before VARCHAR(32),
    started_at VARCHAR(32),
    ended_at VARCHAR(32),
    beat_at VARCHAR(32),
    progress JSON NOT NULL,
    message JSON,
    traceback TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    checkpoint_step INTEGER NOT NULL,
    checkpoint_digest TEXT NOT NULL,
    points_mark INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(dataset_id, dataset_version) REFERENCES versions (dataset_id, number)
)
    """,
    """
CREATE INDEX jobs_by_dataset ON jobs (dataset_id, dataset_version)
    """,
    """
CREATE UNIQUE INDEX jobs_by_key ON jobs (owner, "key") WHERE key != ''
    """,
    """
CREATE INDEX jobs_by_owner ON jobs (owner, created_at)
    """,
    """
CREATE INDEX jobs_by_state ON jobs (state, created_at)
    """,
    """
CREATE TABLE attempts (
    job_id VARCHAR(36) NOT NULL,
    token INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    PRIMARY KEY (job_id, token),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    """,
    """
CREATE TABLE curves (
    id INTEGER NOT NULL,
    job_id VARCHAR(36) NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT curves_by_name UNIQUE (job_id, name),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
)
    """,
    """
CREATE TABLE history (
    job_id VARCHAR(36) NOT NULL,
    seq INTEGER NOT NULL,
    at VARCHAR(32) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    message JSON NOT NULL,
    PRIMARY KEY (job_id, seq),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    """,
    """
CREATE TABLE models (
    id VARCHAR(36) NOT NULL,
    job_id VARCHAR(36) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    task TEXT NOT NULL,
    base TEXT NOT NULL,
    folder TEXT NOT NULL,
    digest TEXT NOT NULL,
    size_mb FLOAT NOT NULL,
    labels JSON NOT NULL,
    metrics JSON NOT NULL,
    kept BOOLEAN NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT models_by_kind UNIQUE (job_id, kind),
    FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
)
    """,
    """
CREATE UNIQUE INDEX models_kept ON models (job_id) WHERE kept
    """,
    """
CREATE TABLE points (
    curve_id INTEGER NOT NULL,
    step INTEGER NOT NULL,
    value FLOAT,
    PRIMARY KEY (curve_id, step),
    FOREIGN KEY(curve_id) REFERENCES curves (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    """,
    """
CREATE TABLE rollups (
    curve_id INTEGER NOT NULL,
    level INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    step INTEGER NOT NULL,
    low FLOAT,
    high FLOAT,
    total FLOAT,
    numbers INTEGER NOT NULL,
    points INTEGER NOT NULL,
    PRIMARY KEY (curve_id, level, bucket),
    FOREIGN KEY(curve_id) REFERENCES curves (id) ON DELETE CASCADE
)
 WITHOUT ROWID
    """,
)


def upgrade() -> None:
    """Create all tables."""
    op.execute(f"PRAGMA application_id={APPLICATION_ID}")
    for statement in STATEMENTS:
        op.execute(statement)
