"""A digest of each session's address: how many it has open, and fair turns while it waits.

The earlier function stays for web servers of the earlier release; both pass the same gate.
"""

import sqlalchemy as sa
from alembic import op

from app.migrations import frozen_sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("demo_sessions", sa.Column("address_digest", sa.Text()), schema="control")
    op.create_index(
        "ix_demo_sessions_open_address",
        "demo_sessions",
        ["address_digest"],
        schema="control",
        postgresql_where=sa.text("status IN ('pending', 'active')"),
    )
    op.execute(frozen_sql("open_session_v3"))
