"""Bakery tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TOUCH_UPDATED_AT = """
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$
"""

DAILY_SALES = """
CREATE VIEW daily_sales WITH (security_invoker = true) AS
SELECT (sale.sold_at AT TIME ZONE 'Europe/Madrid')::date AS day,
       sale.location_id,
       line.product_id,
       count(DISTINCT sale.id) AS tickets,
       sum(line.quantity) AS quantity,
       sum(line.amount) AS amount
FROM sales AS sale
JOIN sale_lines AS line ON line.sale_id = sale.id
GROUP BY 1, 2, 3
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE ticket_numbers")
    op.execute("CREATE SEQUENCE order_numbers")
    op.create_table(
        "business",
        sa.Column("id", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column(
            "business_model",
            sa.Enum("individual_bakery", "central_baker", name="business_model"),
            nullable=False,
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="EUR", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Europe/Madrid", nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("business_single_row_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("business_pkey")),
    )
    op.create_table(
        "locations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind", sa.Enum("bakery", "workshop", "shop", name="location_kind"), nullable=False
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("locations_pkey")),
        sa.UniqueConstraint("name", name=op.f("locations_name_key")),
    )
    op.create_table(
        "procurement_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("procurement_runs_pkey")),
    )
    op.create_table(
        "recipes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("yield_quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("preparation_minutes", sa.BigInteger(), nullable=False),
        sa.Column("fermentation_minutes", sa.BigInteger(), nullable=False),
        sa.Column("baking_minutes", sa.BigInteger(), nullable=False),
        sa.Column("oven_celsius", sa.BigInteger(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("yield_quantity > 0", name=op.f("recipes_yield_quantity_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("recipes_pkey")),
        sa.UniqueConstraint("name", name=op.f("recipes_name_key")),
    )
    op.create_table(
        "suppliers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("lead_time_days", sa.BigInteger(), nullable=False),
        sa.Column("payment_terms_days", sa.BigInteger(), nullable=False),
        sa.Column("minimum_order", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("rating", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("lead_time_days >= 0", name=op.f("suppliers_lead_time_check")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("suppliers_rating_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("suppliers_pkey")),
        sa.UniqueConstraint("name", name=op.f("suppliers_name_key")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind", sa.Enum("person", "business", "satellite", name="customer_kind"), nullable=False
        ),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("customers_location_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("customers_pkey")),
        sa.UniqueConstraint("email", name=op.f("customers_email_key")),
    )
    op.create_table(
        "ingredients",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "flour",
                "yeast",
                "dairy",
                "egg",
                "fat",
                "sugar",
                "salt",
                "filling",
                "nut",
                "fruit",
                "spice",
                "seed",
                "packaging",
                name="ingredient_category",
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.Enum("kg", "l", "unit", name="unit"), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=12, scale=4), nullable=False),
        sa.Column("reorder_point", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("reorder_quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("shelf_life_days", sa.BigInteger(), nullable=False),
        sa.Column("allergens", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("reorder_point >= 0", name=op.f("ingredients_reorder_point_check")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("ingredients_supplier_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("ingredients_pkey")),
        sa.UniqueConstraint("name", name=op.f("ingredients_name_key")),
        sa.UniqueConstraint("sku", name=op.f("ingredients_sku_key")),
    )
    op.create_index(
        op.f("ingredients_supplier_id_idx"), "ingredients", ["supplier_id"], unique=False
    )
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("recipe_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("price > 0", name=op.f("products_price_check")),
        sa.CheckConstraint("vat_percent IN (4, 10, 21)", name=op.f("products_vat_percent_check")),
        sa.ForeignKeyConstraint(
            ["recipe_id"], ["recipes.id"], name=op.f("products_recipe_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("products_pkey")),
        sa.UniqueConstraint("name", name=op.f("products_name_key")),
        sa.UniqueConstraint("sku", name=op.f("products_sku_key")),
    )
    op.create_table(
        "purchase_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status", sa.Enum("draft", "sent", "received", name="purchase_status"), nullable=False
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["procurement_runs.id"], name=op.f("purchase_orders_run_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("purchase_orders_supplier_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("purchase_orders_pkey")),
    )
    op.create_index(op.f("purchase_orders_run_id_idx"), "purchase_orders", ["run_id"], unique=False)
    op.create_index(
        op.f("purchase_orders_supplier_id_idx"), "purchase_orders", ["supplier_id"], unique=False
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("owner", "baker", "cashier", "manager", name="user_role"),
            nullable=False,
        ),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("users_location_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
        sa.UniqueConstraint("email", name=op.f("users_email_key")),
    )
    op.create_table(
        "forecast_models",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("training_days", sa.BigInteger(), nullable=False),
        sa.Column("error_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("forecast_models_product_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("forecast_models_pkey")),
        sa.UniqueConstraint("product_id", name=op.f("forecast_models_product_id_key")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "order_number",
            sa.BigInteger(),
            server_default=sa.text("nextval('order_numbers')"),
            nullable=False,
        ),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("pending", "confirmed", "ready", "delivered", "cancelled", name="order_status"),
            server_default="pending",
            nullable=False,
        ),
        sa.Column(
            "ordered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("total >= 0", name=op.f("orders_total_check")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("orders_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("orders_pkey")),
        sa.UniqueConstraint("order_number", name=op.f("orders_order_number_key")),
    )
    op.create_index(op.f("orders_customer_id_idx"), "orders", ["customer_id"], unique=False)
    op.create_index("orders_due_on_idx", "orders", ["due_on", "status"], unique=False)
    op.create_table(
        "product_stock",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("product_stock_quantity_check")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("product_stock_location_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("product_stock_product_id_fkey")
        ),
        sa.PrimaryKeyConstraint("product_id", "location_id", name=op.f("product_stock_pkey")),
    )
    op.create_table(
        "production_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_code", sa.Text(), nullable=False),
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("baker_id", sa.BigInteger(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("planned", "in_progress", "completed", "cancelled", name="batch_status"),
            nullable=False,
        ),
        sa.Column("quantity_planned", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("quantity_produced", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("unit_cost", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "finished_at >= started_at", name=op.f("production_batches_finished_at_check")
        ),
        sa.CheckConstraint(
            "quantity_planned > 0", name=op.f("production_batches_quantity_planned_check")
        ),
        sa.ForeignKeyConstraint(
            ["baker_id"], ["users.id"], name=op.f("production_batches_baker_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("production_batches_location_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["recipe_id"], ["recipes.id"], name=op.f("production_batches_recipe_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("production_batches_pkey")),
        sa.UniqueConstraint("batch_code", name=op.f("production_batches_batch_code_key")),
    )
    op.create_index(
        "production_batches_planned_on_idx",
        "production_batches",
        ["planned_on", "status"],
        unique=False,
    )
    op.create_index(
        op.f("production_batches_recipe_id_idx"), "production_batches", ["recipe_id"], unique=False
    )
    op.create_table(
        "purchase_order_lines",
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=False),
        sa.Column("ingredient_id", sa.BigInteger(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("packs > 0", name=op.f("purchase_order_lines_packs_check")),
        sa.ForeignKeyConstraint(
            ["ingredient_id"],
            ["ingredients.id"],
            name=op.f("purchase_order_lines_ingredient_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_orders.id"],
            name=op.f("purchase_order_lines_purchase_order_id_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "purchase_order_id", "ingredient_id", name=op.f("purchase_order_lines_pkey")
        ),
    )
    op.create_table(
        "recipe_ingredients",
        sa.Column("recipe_id", sa.BigInteger(), nullable=False),
        sa.Column("ingredient_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("recipe_ingredients_quantity_check")),
        sa.ForeignKeyConstraint(
            ["ingredient_id"],
            ["ingredients.id"],
            name=op.f("recipe_ingredients_ingredient_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["recipe_id"], ["recipes.id"], name=op.f("recipe_ingredients_recipe_id_fkey")
        ),
        sa.PrimaryKeyConstraint("recipe_id", "ingredient_id", name=op.f("recipe_ingredients_pkey")),
    )
    op.create_table(
        "stock_lots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ingredient_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_code", sa.Text(), nullable=False),
        sa.Column("quantity_received", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=12, scale=4), nullable=False),
        sa.Column(
            "value",
            sa.Numeric(precision=14, scale=2),
            sa.Computed("round(quantity * unit_cost, 2)", persisted=True),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.CheckConstraint("expires_on >= received_on", name=op.f("stock_lots_expires_on_check")),
        sa.CheckConstraint(
            "quantity BETWEEN 0 AND quantity_received", name=op.f("stock_lots_quantity_check")
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredients.id"], name=op.f("stock_lots_ingredient_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("stock_lots_location_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("stock_lots_pkey")),
        sa.UniqueConstraint("lot_code", name=op.f("stock_lots_lot_code_key")),
    )
    op.create_index(
        "stock_lots_available_idx",
        "stock_lots",
        ["ingredient_id", "expires_on"],
        unique=False,
        postgresql_where=sa.text("quantity > 0"),
    )
    op.create_table(
        "supplier_prices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("ingredient_id", sa.BigInteger(), nullable=False),
        sa.Column("pack_size", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("pack_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("pack_price >= 0", name=op.f("supplier_prices_pack_price_check")),
        sa.CheckConstraint("pack_size > 0", name=op.f("supplier_prices_pack_size_check")),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredients.id"], name=op.f("supplier_prices_ingredient_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("supplier_prices_supplier_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("supplier_prices_pkey")),
        sa.UniqueConstraint(
            "supplier_id",
            "ingredient_id",
            name=op.f("supplier_prices_supplier_id_ingredient_id_key"),
        ),
    )
    op.create_index(
        op.f("supplier_prices_ingredient_id_idx"),
        "supplier_prices",
        ["ingredient_id"],
        unique=False,
    )
    op.create_table(
        "till_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opening_cash", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("closing_cash", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("till_sessions_closed_at_check")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("till_sessions_location_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["users.id"], name=op.f("till_sessions_opened_by_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("till_sessions_pkey")),
    )
    op.create_index(
        "till_sessions_one_open_idx",
        "till_sessions",
        ["location_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "forecast_predictions",
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("predicted_for", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("lower_bound", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("upper_bound", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["forecast_models.id"], name=op.f("forecast_predictions_model_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "model_id", "predicted_for", name=op.f("forecast_predictions_pkey")
        ),
    )
    op.create_table(
        "order_lines",
        sa.Column(
            "order_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column("line_number", sa.SmallInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "amount",
            sa.Numeric(precision=12, scale=2),
            sa.Computed("round(quantity * unit_price, 2)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("order_lines_quantity_check")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("order_lines_order_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("order_lines_product_id_fkey")
        ),
        sa.PrimaryKeyConstraint("order_id", "line_number", name=op.f("order_lines_pkey")),
    )
    op.create_index(op.f("order_lines_product_id_idx"), "order_lines", ["product_id"], unique=False)
    op.create_table(
        "sales",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "ticket_number",
            sa.BigInteger(),
            server_default=sa.text("nextval('ticket_numbers')"),
            nullable=False,
        ),
        sa.Column("till_session_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "sold_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("payment_method", sa.Enum("cash", "card", name="payment_method"), nullable=False),
        sa.Column(
            "status",
            sa.Enum("completed", "corrected", name="sale_status"),
            server_default="completed",
            nullable=False,
        ),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("total >= 0", name=op.f("sales_total_check")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("sales_location_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["till_session_id"], ["till_sessions.id"], name=op.f("sales_till_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sales_pkey")),
        sa.UniqueConstraint("ticket_number", name=op.f("sales_ticket_number_key")),
    )
    op.create_index("sales_sold_at_idx", "sales", ["sold_at"], unique=False)
    op.create_index(op.f("sales_till_session_id_idx"), "sales", ["till_session_id"], unique=False)
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "purchase",
                "production",
                "sale",
                "correction",
                "adjustment",
                "waste",
                "transfer",
                name="movement_kind",
            ),
            nullable=False,
        ),
        sa.Column("ingredient_id", sa.BigInteger(), nullable=True),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "num_nonnulls(ingredient_id, product_id) = 1", name=op.f("stock_movements_item_check")
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("stock_movements_quantity_check")),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredients.id"], name=op.f("stock_movements_ingredient_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("stock_movements_location_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["stock_lots.id"], name=op.f("stock_movements_lot_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("stock_movements_product_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("stock_movements_pkey")),
    )
    op.create_index(
        op.f("stock_movements_ingredient_id_idx"),
        "stock_movements",
        ["ingredient_id"],
        unique=False,
    )
    op.create_index(
        "stock_movements_occurred_at_idx",
        "stock_movements",
        [sa.literal_column("occurred_at DESC")],
        unique=False,
    )
    op.create_index(
        op.f("stock_movements_product_id_idx"), "stock_movements", ["product_id"], unique=False
    )
    op.create_table(
        "sale_lines",
        sa.Column(
            "sale_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column("line_number", sa.SmallInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column(
            "amount",
            sa.Numeric(precision=12, scale=2),
            sa.Computed("round(quantity * unit_price, 2)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("sale_lines_quantity_check")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("sale_lines_product_id_fkey")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("sale_lines_sale_id_fkey")),
        sa.PrimaryKeyConstraint("sale_id", "line_number", name=op.f("sale_lines_pkey")),
    )
    op.create_index(op.f("sale_lines_product_id_idx"), "sale_lines", ["product_id"], unique=False)
    op.execute("ALTER SEQUENCE ticket_numbers OWNED BY sales.ticket_number")
    op.execute("ALTER SEQUENCE order_numbers OWNED BY orders.order_number")
    op.execute(TOUCH_UPDATED_AT)
    for table in ("sales", "orders"):
        op.execute(
            f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION touch_updated_at()"
        )
    op.execute(DAILY_SALES)
    op.execute("COMMENT ON TABLE stock_movements IS 'A ledger: rows are added, never changed'")
