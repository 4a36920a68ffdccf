"""A clone's attempts and what was in its way: a clone that kills its process ends, too."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tenants",
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        schema="control",
    )
    op.add_column("tenants", sa.Column("trouble", sa.Text()), schema="control")
