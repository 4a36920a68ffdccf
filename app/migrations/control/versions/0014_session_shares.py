"""Links that let guests into a session."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_shares",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "demo_session_id",
            sa.Uuid(),
            sa.ForeignKey("control.demo_sessions.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("secret_digest", sa.Text(), nullable=False, unique=True),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_opened_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("access IN ('read', 'together')", name="session_shares_access_check"),
        schema="control",
    )
    op.create_index(
        "session_shares_demo_session_id_idx",
        "session_shares",
        ["demo_session_id"],
        schema="control",
    )
