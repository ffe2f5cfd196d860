"""What the queue and going on need: earlier checkpoints, the job that is continued, priority, who asked, the forecast."""

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = (
    "older JSON DEFAULT '[]' NOT NULL",
    "continues VARCHAR(36) DEFAULT '' NOT NULL",
    "priority INTEGER DEFAULT '0' NOT NULL",
    "via TEXT DEFAULT '' NOT NULL",
    "expected_s FLOAT DEFAULT '0' NOT NULL",
)


def upgrade() -> None:
    """Add the columns; jobs of the first release get what says nothing."""
    for column in COLUMNS:
        op.execute(f"ALTER TABLE jobs ADD COLUMN {column}")
