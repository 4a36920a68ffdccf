"""A session keeps what its visitor chose: a scenario, modules, and what they said of themselves."""

from alembic import op

from app.migrations import frozen_sql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(frozen_sql("open_session_v5"))
