"""How many sessions operators ended, kept as the other figures are when rows are purged."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "session_statistics",
        sa.Column("by_ops", sa.BigInteger(), server_default="0", nullable=False),
        schema="control",
    )
