"""What sorting by hand needs: the classes of a dataset, and every label as it was given."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
CREATE TABLE sortings (
    dataset_id VARCHAR(36) NOT NULL,
    classes JSON NOT NULL,
    relabel JSON NOT NULL,
    change INTEGER NOT NULL,
    written INTEGER NOT NULL,
    PRIMARY KEY (dataset_id),
    FOREIGN KEY(dataset_id) REFERENCES datasets (id) ON DELETE CASCADE
)
    """,
    """
CREATE TABLE hand_labels (
    dataset_id VARCHAR(36) NOT NULL,
    seq INTEGER NOT NULL,
    row_id VARCHAR(36) NOT NULL,
    label TEXT NOT NULL,
    is_even BOOLEAN NOT NULL,
    PRIMARY KEY (dataset_id, seq),
    FOREIGN KEY(dataset_id) REFERENCES datasets (id) ON DELETE CASCADE
) WITHOUT ROWID
    """,
)


def upgrade() -> None:
    """Add the tables; nothing was sorted before."""
    for statement in STATEMENTS:
        op.execute(statement)
