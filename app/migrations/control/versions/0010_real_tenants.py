"""Tenants that are neither a demo nor a template: a customer's own account."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("tenants_demo_or_template_check", "tenants", schema="control")
    op.create_check_constraint(
        "tenants_demo_or_template_check",
        "tenants",
        "NOT (is_demo AND is_demo_template)",
        schema="control",
    )
