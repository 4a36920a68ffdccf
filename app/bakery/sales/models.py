"""The view of each day's sales; its definition is in the migrations."""

from sqlalchemy import BigInteger, Date, Numeric, column, table

DAILY_SALES = table(
    "daily_sales",
    column("day", Date),
    column("location_id", BigInteger),
    column("product_id", BigInteger),
    column("tickets", BigInteger),
    column("quantity", Numeric),
    column("amount", Numeric),
)
"""A day is the bakery's, a ticket counts once for each of its products."""
