"""Prospect links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "prospect_links",
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("features", postgresql.JSONB()),
        sa.Column("personal", postgresql.JSONB(), nullable=False),
        sa.Column("minutes", sa.Double()),
        sa.Column("language", sa.Text()),
        sa.Column("greeting", sa.Text(), nullable=False),
        sa.Column("created_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", moment),
        sa.Column("max_uses", sa.Integer()),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_used_at", moment),
        sa.Column("revoked_at", moment),
        sa.CheckConstraint("uses <= max_uses", name="prospect_links_uses_check"),
        schema="control",
    )
