"""The names of the batches of requests that are counted, so that none is counted twice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counted_batches",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column(
            "counted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        schema="control",
    )
