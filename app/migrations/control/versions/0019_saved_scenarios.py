"""Scenarios that operators saved from a session."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "saved_scenarios",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("account_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("look_at", JSONB(), server_default="[]", nullable=False),
        sa.Column("state", sa.Text(), server_default="saving", nullable=False),
        sa.Column("source_id", sa.Uuid()),
        sa.Column("template_id", sa.Uuid(), sa.ForeignKey("control.tenants.id"), unique=True),
        sa.Column("saved_at", MOMENT),
        sa.Column("moved_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moments", ARRAY(MOMENT), server_default="{}", nullable=False),
        sa.Column("entries", JSONB(), server_default="[]", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.Text()),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(
            "state IN ('saving', 'ready', 'failed', 'deleting')",
            name="saved_scenarios_state_check",
        ),
        schema="control",
    )
