"""A session that is opened while others wait for data of its template waits behind them."""

from alembic import op

from app.migrations import frozen_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(frozen_sql("open_session_v4"))
