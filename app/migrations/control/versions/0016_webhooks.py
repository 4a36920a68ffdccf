"""Webhooks: endpoints, messages and deliveries; a session's row tells of its changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.migrations import frozen_sql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NOW = sa.func.now()
_TELL = """
CREATE TRIGGER tell_of_session AFTER INSERT OR UPDATE OF status ON control.demo_sessions
   FOR EACH ROW EXECUTE FUNCTION control.tell_of_session()
"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), server_default=sa.func.gen_random_uuid(), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("created_at", moment, server_default=_NOW, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", moment),
        schema="control",
    )
    op.create_table(
        "webhook_messages",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", moment, server_default=_NOW, nullable=False),
        sa.Column("body", postgresql.JSONB()),
        sa.Column("sealed", sa.Text()),
        sa.Column("lead", sa.Uuid(), index=False),
        sa.Column("once", sa.Text(), unique=True),
        schema="control",
    )
    op.create_index("webhook_messages_lead_idx", "webhook_messages", ["lead"], schema="control")
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column(
            "message",
            sa.Text(),
            sa.ForeignKey("control.webhook_messages.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "endpoint",
            sa.Uuid(),
            sa.ForeignKey("control.webhook_endpoints.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", moment, server_default=_NOW, nullable=False),
        sa.Column("tried_at", moment),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("seconds", sa.Double()),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'dead')", name="webhook_deliveries_state_check"
        ),
        schema="control",
    )
    op.create_index(
        "webhook_deliveries_due_idx",
        "webhook_deliveries",
        ["endpoint", "due_at"],
        schema="control",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "webhook_deliveries_message_idx", "webhook_deliveries", ["message"], schema="control"
    )
    op.execute(frozen_sql("queue_webhook_v1"))
    op.execute(_TELL)
