"""Counts, versions and parts of recipes, losses of batches, receipts of purchases, lots that move.

New tables are bounded where they can be and have natural keys: each relation costs every clone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TYPE purchase_status ADD VALUE 'partly_received'")
    op.execute("ALTER TYPE purchase_status ADD VALUE 'cancelled'")
    op.add_column("purchase_orders", sa.Column("sent_at", sa.DateTime(timezone=True)))
    op.add_column("purchase_orders", sa.Column("closed_on", sa.Date()))
    op.add_column("production_batches", sa.Column("quantity_lost", sa.Numeric(12, 3)))
    op.add_column("production_batches", sa.Column("loss_reason", sa.String(120)))
    op.add_column("production_batches", _version("recipe_version"))
    op.add_column("recipes", _version("version"))
    _upgrade_stock()
    _create_recipe_tables()
    _create_counts()


def _version(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), server_default="1", nullable=False)


def _upgrade_stock() -> None:
    """A lot may lie at several locations, and is traced by what the ledger says of it."""
    order = sa.ForeignKey("purchase_orders.id", name="stock_lots_purchase_order_id_fkey")
    op.add_column("stock_lots", sa.Column("purchase_order_id", sa.BigInteger(), order))
    op.drop_constraint("stock_lots_lot_code_key", "stock_lots")
    op.create_unique_constraint(
        "stock_lots_lot_code_location_id_key", "stock_lots", ["lot_code", "location_id"]
    )
    op.create_index(
        "stock_movements_lot_id_idx",
        "stock_movements",
        ["lot_id"],
        postgresql_where=sa.text("lot_id IS NOT NULL"),
    )
    op.create_index(
        "stock_movements_batch_idx",
        "stock_movements",
        ["reference"],
        postgresql_where=sa.text("kind = 'production'"),
    )


def _create_recipe_tables() -> None:
    op.create_table(
        "recipe_components",
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("component_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
        sa.CheckConstraint("quantity > 0", name="recipe_components_quantity_check"),
        sa.CheckConstraint("component_id <> recipe_id", name="recipe_components_itself_check"),
        sa.ForeignKeyConstraint(
            ["recipe_id"], ["recipes.id"], name="recipe_components_recipe_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["component_id"], ["recipes.id"], name="recipe_components_component_id_fkey"
        ),
        sa.PrimaryKeyConstraint("recipe_id", "component_id", name="recipe_components_pkey"),
    )
    op.create_table(
        "recipe_versions",
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(120)),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipe_id"], ["recipes.id"], name="recipe_versions_recipe_id_fkey"
        ),
        sa.PrimaryKeyConstraint("recipe_id", "version", name="recipe_versions_pkey"),
    )


def _create_counts() -> None:
    op.create_table(
        "stock_counts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notes", sa.String(120)),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name="stock_counts_location_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="stock_counts_pkey"),
    )
    op.create_table(
        "stock_count_lines",
        sa.Column("count_id", sa.Uuid(), nullable=False),
        sa.Column("ingredient_id", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.Numeric(12, 3), nullable=False),
        sa.Column("counted", sa.Numeric(12, 3), nullable=False),
        sa.Column("difference_value", sa.Numeric(12, 2), nullable=False),
        sa.Column("reason", sa.String(120)),
        sa.CheckConstraint("counted >= 0", name="stock_count_lines_counted_check"),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_counts.id"], name="stock_count_lines_count_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredients.id"], name="stock_count_lines_ingredient_id_fkey"
        ),
        sa.PrimaryKeyConstraint("count_id", "ingredient_id", name="stock_count_lines_pkey"),
    )
