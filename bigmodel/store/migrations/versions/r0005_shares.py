"""What one person may take up, where whoever runs a shared installation gave them another share; 0: as the settings say."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the shares: until now all people had the same."""
    for name in ("most_jobs", "most_minutes", "most_disk_mb"):
        op.execute(f"ALTER TABLE people ADD COLUMN {name} INTEGER DEFAULT '0' NOT NULL")
