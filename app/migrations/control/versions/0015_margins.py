"""Sums of visits by one dimension, for quick figures of long periods; what operators did."""

from alembic import op

from app.migrations import frozen_sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(frozen_sql("insights_margins_v1"))
