"""What the pool needs to renew itself, and the opening of a session in one round trip."""

import sqlalchemy as sa
from alembic import op

from app.migrations import frozen_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenants", sa.Column("revision", sa.Text()), schema="control")
    op.add_column("tenants", sa.Column("data_on", sa.Date()), schema="control")
    op.add_column("tenants", sa.Column("ready_at", sa.DateTime(timezone=True)), schema="control")
    op.add_column("tenants", sa.Column("clone_seconds", sa.Double()), schema="control")
    op.execute(frozen_sql("open_session_v1"))
