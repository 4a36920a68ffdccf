"""Events of visits, by the day; a row a visit; and what is added up of them for good."""

from alembic import op

from app.migrations import frozen_sql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(frozen_sql("insights_v1"))
