"""The control tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_statistics",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("demo_account_type", sa.Text(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expired", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("destroyed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("requests", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("duration_seconds", sa.Double(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "demo_account_type", name=op.f("session_statistics_pkey")),
        schema="control",
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("is_demo_template", sa.Boolean(), nullable=False),
        sa.Column("base_demo_tenant_id", sa.Uuid(), nullable=True),
        sa.Column("demo_session_id", sa.Uuid(), nullable=True),
        sa.Column("demo_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "cloning",
                "ready",
                "leased",
                "dropping",
                "failed",
                name="tenant_state",
                schema="control",
            ),
            nullable=False,
        ),
        sa.Column("template_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("template_digest", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "is_demo <> is_demo_template", name=op.f("tenants_demo_or_template_check")
        ),
        sa.ForeignKeyConstraint(
            ["base_demo_tenant_id"],
            ["control.tenants.id"],
            name=op.f("tenants_base_demo_tenant_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tenants_pkey")),
        sa.UniqueConstraint("schema_name", name=op.f("tenants_schema_name_key")),
        schema="control",
    )
    op.create_index(
        "tenants_demo_session_id_idx",
        "tenants",
        ["demo_session_id"],
        unique=False,
        schema="control",
    )
    op.create_index(
        "tenants_pool_idx",
        "tenants",
        ["base_demo_tenant_id", "created_at"],
        unique=False,
        schema="control",
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index("tenants_state_idx", "tenants", ["state"], unique=False, schema="control")
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
        sa.UniqueConstraint("account_type", name=op.f("users_account_type_key")),
        sa.UniqueConstraint("email", name=op.f("users_email_key")),
        schema="control",
    )
    op.create_table(
        "clone_plans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["control.tenants.id"],
            name=op.f("clone_plans_template_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("clone_plans_pkey")),
        sa.UniqueConstraint("template_id", name=op.f("clone_plans_template_id_key")),
        schema="control",
    )
    op.create_table(
        "demo_sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("ip_address", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("base_demo_tenant_id", sa.Uuid(), nullable=False),
        sa.Column("virtual_tenant_id", sa.Uuid(), nullable=True),
        sa.Column("demo_account_type", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "active",
                "expired",
                "destroyed",
                "failed",
                name="session_status",
                schema="control",
            ),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "last_activity_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("request_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("data_cloned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("redis_populated", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "metadata",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status <> 'active' OR virtual_tenant_id IS NOT NULL",
            name=op.f("demo_sessions_active_has_tenant_check"),
        ),
        sa.CheckConstraint("extensions >= 0", name=op.f("demo_sessions_extensions_check")),
        sa.CheckConstraint("request_count >= 0", name=op.f("demo_sessions_request_count_check")),
        sa.ForeignKeyConstraint(
            ["base_demo_tenant_id"],
            ["control.tenants.id"],
            name=op.f("demo_sessions_base_demo_tenant_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("demo_sessions_pkey")),
        sa.UniqueConstraint("session_id", name=op.f("demo_sessions_session_id_key")),
        schema="control",
    )
    op.create_index(
        "demo_sessions_created_at_idx",
        "demo_sessions",
        ["created_at"],
        unique=False,
        schema="control",
    )
    op.create_index(
        "demo_sessions_expires_at_idx",
        "demo_sessions",
        ["expires_at"],
        unique=False,
        schema="control",
    )
    op.create_index(
        "demo_sessions_status_idx", "demo_sessions", ["status"], unique=False, schema="control"
    )
    op.create_index(
        "demo_sessions_user_id_idx", "demo_sessions", ["user_id"], unique=False, schema="control"
    )
    op.create_index(
        "demo_sessions_virtual_tenant_id_idx",
        "demo_sessions",
        ["virtual_tenant_id"],
        unique=False,
        schema="control",
    )
    op.create_index(
        "demo_sessions_waiting_idx",
        "demo_sessions",
        ["base_demo_tenant_id", "created_at"],
        unique=False,
        schema="control",
        postgresql_where=sa.text("status = 'pending'"),
    )
