"""Leads, and who has read them. They have no reference to a session."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_HOUR = sa.text("date_trunc('hour', now())")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "leads",
        sa.Column("id", sa.Uuid(), primary_key=True),
        # To the hour: a moment would lead to the session that sent the form.
        sa.Column("created_at", moment, server_default=_HOUR, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text()),
        sa.Column("scenario", sa.Text()),
        sa.Column("link", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("confirmed_at", moment),
        sa.Column("mail_due_at", moment),
        sa.Column("mailed_at", moment),
        sa.Column("mail_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mail_failure", sa.Text()),
        schema="control",
    )
    op.create_index("leads_created_at_idx", "leads", ["created_at"], schema="control")
    op.create_index("leads_mailbox_idx", "leads", ["mailbox"], schema="control")
    op.create_index(
        "leads_mail_due_at_idx",
        "leads",
        ["mail_due_at"],
        schema="control",
        postgresql_where=sa.text("mail_due_at IS NOT NULL"),
    )
    op.create_table(
        "lead_access",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("lead", sa.Uuid()),
        sa.Column("leads", sa.Integer(), nullable=False),
        schema="control",
    )
