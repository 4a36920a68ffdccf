"""Answers kept for requests with an Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

revision = "0002_stored_answers"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_answers",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("fingerprint", sa.Uuid(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.String(380), nullable=False),
        sa.PrimaryKeyConstraint("key", "part", name=op.f("stored_answers_pkey")),
    )
