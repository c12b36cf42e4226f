"""Notes get authors."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notes", sa.Column("author", sa.String(100)))


def downgrade() -> None:
    with op.batch_alter_table("notes") as table:
        table.drop_column("author")
