"""The rows that a bakery has before a revision are there after it, with what the revision adds."""

import pytest
from alembic import command
from sqlalchemy import NullPool, create_engine, text

from app import migrations
from app.database.engines import engine_url
from tests.fixtures.demo import TREE

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

ROWS = """
INSERT INTO locations (name, kind, address, city, phone) VALUES ('A', 'bakery', '', '', '');
INSERT INTO users (email, full_name, role, location_id) VALUES ('a', 'A', 'owner', 1);
INSERT INTO products (sku, name, category, description, price, vat_percent)
VALUES ('1', 'Pan', '', '', 1, 4), ('2', 'Tarta', '', '', 2, 10);
INSERT INTO till_sessions (location_id, opened_by, opened_at, opening_cash)
VALUES (1, 1, now(), 0);
INSERT INTO sales (till_session_id, location_id, sold_at, payment_method, status, total)
VALUES (1, 1, '2025-12-31T22:30Z', 'cash', 'completed', 3),
       (1, 1, '2025-12-31T23:30Z', 'card', 'corrected', 2),
       (1, 1, '2026-01-02T09:00Z', 'cash', 'completed', 1);
INSERT INTO sale_lines (sale_id, line_number, product_id, quantity, unit_price, vat_percent)
SELECT sales.id, products.id, products.id, 1, price, products.vat_percent
  FROM sales, products WHERE ticket_number = 1;
INSERT INTO customers (name, kind, contact_name, email, phone, address, city)
VALUES ('C', 'business', '', 'c', '', '', '');
INSERT INTO orders (customer_id, status, due_on, total)
VALUES (1, 'delivered', '2026-02-01', 2), (1, 'pending', '2026-02-02', 2);
INSERT INTO order_lines (order_id, line_number, product_id, quantity, unit_price)
SELECT id, 1, 1, 2, 1 FROM orders
"""


def test_tickets_and_orders_of_an_earlier_release_keep_their_lines_and_get_numbers(database_url):
    engine = create_engine(
        engine_url(database_url), poolclass=NullPool, connect_args={"prepare_threshold": None}
    )
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA bakery"))
        connection.execute(text("SET LOCAL search_path = bakery, pg_temp"))
        config = migrations._config(TREE, connection, "bakery")
        command.upgrade(config, "0003")
        for statement in ROWS.split(";\n"):
            connection.execute(text(statement))
        command.upgrade(config, "0004")

        def rows(query):
            return [tuple(row) for row in connection.execute(text(query))]

        numbers = "SELECT invoice_series, invoice_number, status::text FROM sales ORDER BY sold_at"
        assert rows(numbers) == [
            ("S1-2025", 1, "completed"),
            ("S1-2026", 1, "corrected"),
            ("S1-2026", 2, "completed"),
        ]
        lines = "SELECT ticket_number, line_number, product_id, amount FROM sale_lines ORDER BY 2"
        assert rows(lines) == [(1, 1, 1, 1), (1, 2, 2, 2)]
        notes = "SELECT note_series, note_number, delivered_at IS NOT NULL FROM orders ORDER BY 1"
        assert rows(notes) == [("A-2026", 1, True), (None, None, False)]
        assert rows("SELECT vat_percent, amount FROM order_lines") == [(4, 2), (4, 2)]
        series = "SELECT series, last_number FROM document_series ORDER BY 1"
        assert rows(series) == [("A-2026", 1), ("S1-2025", 1), ("S1-2026", 2)]
        assert rows("SELECT sum(amount) FROM daily_sales WHERE channel = 'shop'") == [(3,)]
