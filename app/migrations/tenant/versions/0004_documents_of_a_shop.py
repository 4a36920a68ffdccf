"""Numbers in series, returns, counts of tills, delivery notes, conditions and standing orders.

Lines of tickets are keyed by the ticket's number instead of its UUID: they are most of a template.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DAILY_SALES = """
CREATE VIEW daily_sales WITH (security_invoker = true) AS
SELECT (sale.sold_at AT TIME ZONE 'Europe/Madrid')::date AS day,
       sale.location_id,
       line.product_id,
       count(DISTINCT sale.ticket_number) FILTER (WHERE sale.returns_ticket IS NULL) AS tickets,
       sum(line.quantity) AS quantity,
       sum(line.amount) AS amount,
       'shop'::sales_channel AS channel
FROM sales AS sale
JOIN sale_lines AS line ON line.ticket_number = sale.ticket_number
GROUP BY 1, 2, 3
UNION ALL
SELECT placed.due_on,
       (SELECT min(id) FROM locations WHERE kind <> 'shop'),
       line.product_id,
       count(DISTINCT placed.id),
       sum(coalesce(line.delivered, line.quantity)),
       sum(line.amount),
       'trade'
FROM orders AS placed
JOIN customers AS customer ON customer.id = placed.customer_id AND customer.kind <> 'satellite'
JOIN order_lines AS line ON line.order_id = placed.id
WHERE placed.status = 'delivered'
GROUP BY 1, 2, 3
UNION ALL
SELECT history.day, history.location_id, sold.product_id, NULL, sold.quantity,
       round(sold.cents / 100.0, 2), history.channel
FROM sales_history AS history,
     unnest(history.product_ids, history.quantities, history.cents)
         AS sold (product_id, quantity, cents)
"""

LINES_BY_TICKET = """
CREATE TABLE lines_by_ticket AS
SELECT sale.ticket_number::integer AS ticket_number, line.line_number, line.product_id,
       line.quantity, line.unit_price, line.vat_percent
  FROM sale_lines AS line JOIN sales AS sale ON sale.id = line.sale_id;
DROP TABLE sale_lines;
ALTER TABLE sales ALTER COLUMN ticket_number TYPE integer
"""

SALE_LINES = """
INSERT INTO sale_lines
    (product_id, ticket_number, line_number, quantity, unit_price, vat_percent)
SELECT product_id, ticket_number, line_number, quantity, unit_price, vat_percent
  FROM lines_by_ticket;
DROP TABLE lines_by_ticket
"""

# A value that was added to a type cannot be used in the same transaction: templates are filled in
# the one that makes their tables. So the types are made again.
PAYMENT_METHODS = """
CREATE TYPE new_method AS ENUM ('cash', 'card', 'bizum');
ALTER TABLE sales ALTER COLUMN payment_method TYPE new_method
    USING payment_method::text::new_method;
DROP TYPE payment_method;
ALTER TYPE new_method RENAME TO payment_method;
CREATE TYPE new_status AS ENUM ('completed', 'corrected', 'return');
ALTER TABLE sales ALTER COLUMN status DROP DEFAULT,
    ALTER COLUMN status TYPE new_status USING status::text::new_status,
    ALTER COLUMN status SET DEFAULT 'completed';
DROP TYPE sale_status;
ALTER TYPE new_status RENAME TO sale_status
"""

INVOICE_NUMBERS = """
WITH numbered AS (
    SELECT id, 'S' || location_id || '-' ||
           extract(year FROM sold_at AT TIME ZONE 'Europe/Madrid') AS series,
           row_number() OVER (
               PARTITION BY location_id, extract(year FROM sold_at AT TIME ZONE 'Europe/Madrid')
               ORDER BY ticket_number) AS number
      FROM sales)
UPDATE sales SET invoice_series = numbered.series, invoice_number = numbered.number
  FROM numbered WHERE numbered.id = sales.id;
INSERT INTO document_series (series, last_number)
SELECT invoice_series, max(invoice_number) FROM sales GROUP BY 1
"""

NOTES = """
WITH numbered AS (
    SELECT id, 'A-' || extract(year FROM due_on) AS series,
           row_number() OVER (PARTITION BY extract(year FROM due_on) ORDER BY due_on, order_number)
               AS number
      FROM orders WHERE status = 'delivered')
UPDATE orders SET note_series = numbered.series, note_number = numbered.number,
       delivered_at = updated_at
  FROM numbered WHERE numbered.id = orders.id;
INSERT INTO document_series (series, last_number)
SELECT note_series, max(note_number) FROM orders WHERE note_series IS NOT NULL GROUP BY 1;
UPDATE order_lines SET vat_percent = product.vat_percent
  FROM products AS product WHERE product.id = order_lines.product_id
"""


def upgrade() -> None:
    op.execute("DROP VIEW daily_sales")
    op.create_table(
        "document_series",
        sa.Column("series", sa.String(16), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name="document_series_pkey"),
        sa.CheckConstraint("last_number >= 0", name="document_series_last_number_check"),
    )
    _change_tills()
    _change_sales()
    _change_customers()
    _change_orders()
    op.execute(DAILY_SALES)


def _change_tills() -> None:
    for name in ("closing_card", "closing_bizum"):
        op.add_column("till_sessions", sa.Column(name, sa.Numeric(12, 2)))
    op.add_column("till_sessions", sa.Column("notes", sa.String(120)))


def _change_sales() -> None:
    op.execute(LINES_BY_TICKET)
    op.create_table(
        "sale_lines",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
        sa.Column("unit_price", sa.Numeric(12, 2), nullable=False),
        sa.Column("vat_percent", sa.Numeric(5, 2), nullable=False),
        sa.Column(
            "amount",
            sa.Numeric(12, 2),
            sa.Computed("round(quantity * unit_price, 2)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("quantity <> 0", name="sale_lines_quantity_check"),
        sa.PrimaryKeyConstraint("ticket_number", "line_number", name="sale_lines_pkey"),
        sa.ForeignKeyConstraint(
            ["ticket_number"], ["sales.ticket_number"], name="sale_lines_ticket_number_fkey"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="sale_lines_product_id_fkey"),
    )
    op.execute(SALE_LINES)
    op.create_index("sale_lines_product_id_idx", "sale_lines", ["product_id"])
    op.execute(PAYMENT_METHODS)
    reasons = sa.Enum("unwanted", "mistake", "faulty", "stale", name="return_reason")
    reasons.create(op.get_bind())
    op.add_column("sales", sa.Column("invoice_series", sa.String(16)))
    op.add_column("sales", sa.Column("invoice_number", sa.Integer()))
    op.add_column("sales", sa.Column("returns_ticket", sa.Integer()))
    op.add_column("sales", sa.Column("return_reason", reasons))
    op.add_column("sales", sa.Column("cash_received", sa.Numeric(12, 2)))
    op.execute(INVOICE_NUMBERS)
    for name in ("invoice_series", "invoice_number"):
        op.alter_column("sales", name, nullable=False)
    op.drop_constraint("sales_total_check", "sales")
    op.create_check_constraint(
        "sales_total_check", "sales", "(total >= 0) = (returns_ticket IS NULL) OR total = 0"
    )
    op.create_unique_constraint(
        "sales_invoice_series_invoice_number_key", "sales", ["invoice_series", "invoice_number"]
    )
    op.create_foreign_key(
        "sales_returns_ticket_fkey", "sales", "sales", ["returns_ticket"], ["ticket_number"]
    )
    op.create_index(
        "sales_returns_ticket_idx",
        "sales",
        ["returns_ticket"],
        postgresql_where=sa.text("returns_ticket IS NOT NULL"),
    )


def _change_customers() -> None:
    for column in (
        sa.Column("tax_id", sa.String(16)),
        sa.Column("discount_percent", sa.Numeric(5, 2)),
        sa.Column("minimum_order", sa.Numeric(12, 2), server_default="0", nullable=False),
        sa.Column("payment_terms_days", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("delivery_from", sa.Time()),
        sa.Column("delivery_to", sa.Time()),
    ):
        op.add_column("customers", column)
    op.create_check_constraint(
        "customers_discount_percent_check", "customers", "discount_percent BETWEEN 0 AND 90"
    )
    op.create_check_constraint(
        "customers_delivery_to_check", "customers", "delivery_to > delivery_from"
    )
    op.create_table(
        "standing_orders",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
        sa.PrimaryKeyConstraint(
            "customer_id", "weekday", "product_id", name="standing_orders_pkey"
        ),
        sa.CheckConstraint("quantity > 0", name="standing_orders_quantity_check"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="standing_orders_weekday_check"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="standing_orders_customer_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="standing_orders_product_id_fkey"
        ),
    )


def _change_orders() -> None:
    for column in (
        sa.Column("delivery_from", sa.Time()),
        sa.Column("delivery_to", sa.Time()),
        sa.Column("is_standing", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("note_series", sa.String(16)),
        sa.Column("note_number", sa.Integer()),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("orders", column)
    op.drop_column("order_lines", "amount")
    op.add_column("order_lines", sa.Column("delivered", sa.Numeric(12, 3)))
    op.add_column(
        "order_lines",
        sa.Column("vat_percent", sa.Numeric(5, 2), server_default="10", nullable=False),
    )
    op.add_column(
        "order_lines",
        sa.Column(
            "amount",
            sa.Numeric(12, 2),
            sa.Computed("round(coalesce(delivered, quantity) * unit_price, 2)", persisted=True),
            nullable=False,
        ),
    )
    op.execute(NOTES)
    op.alter_column("order_lines", "vat_percent", server_default=None)
    op.create_check_constraint(
        "order_lines_delivered_check", "order_lines", "delivered BETWEEN 0 AND quantity"
    )
    op.create_check_constraint("orders_delivery_to_check", "orders", "delivery_to > delivery_from")
    op.create_unique_constraint(
        "orders_note_series_note_number_key", "orders", ["note_series", "note_number"]
    )
