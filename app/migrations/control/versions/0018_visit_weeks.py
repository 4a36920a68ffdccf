"""Totals of visits by week, for quick figures of long periods with filters."""

from alembic import op

from app.migrations import frozen_sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(frozen_sql("insights_weeks_v1"))
