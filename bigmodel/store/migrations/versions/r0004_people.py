"""What a shared installation needs: people, and the sessions they are signed in with."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
CREATE TABLE people (
    id VARCHAR(36) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    is_admin BOOLEAN NOT NULL,
    created_at VARCHAR(32) NOT NULL,
    PRIMARY KEY (id)
)
    """,
    "CREATE UNIQUE INDEX people_by_name ON people (name) WHERE name != ''",
    "CREATE INDEX people_by_secret ON people (secret)",
    """
CREATE TABLE sessions (
    token VARCHAR(64) NOT NULL,
    person_id VARCHAR(36) NOT NULL,
    until VARCHAR(32) NOT NULL,
    PRIMARY KEY (token),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE
)
    """,
    "CREATE INDEX sessions_by_person ON sessions (person_id)",
)


def upgrade() -> None:
    """Add the tables; until now everybody at the computer was one owner."""
    for statement in STATEMENTS:
        op.execute(statement)
