"""Reads the rows of a tenant that due events need, and writes back what they changed.

All statements of one side go to the server together (a pipeline), so that bringing a bakery forward
costs a few round trips and not one for each table.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from psycopg import Connection, Cursor, sql
from psycopg.rows import dict_row

from app.bakery.living import events as happened
from app.bakery.living.books import KEYS, Books, Row
from app.sql_blocks import load_blocks

_SQL = load_blocks("app.bakery.living", "tenant_rows")

_NEEDED: dict[type, tuple[str, ...]] = {
    happened.TillOpened: ("till_sessions",),
    happened.TillClosed: ("till_sessions", "taken"),
    happened.Sold: ("till_sessions", "product_stock", "document_series"),
    happened.OrderPlaced: (),
    happened.OrderMoved: ("orders", "product_stock", "document_series"),
    happened.BatchPlanned: (),
    happened.BatchStarted: ("production_batches", "stock_lots"),
    happened.BatchFinished: ("production_batches", "product_stock"),
    happened.BatchCancelled: ("production_batches",),
    happened.Baked: ("product_stock",),
    happened.Transferred: ("product_stock",),
    happened.Cleared: ("product_stock",),
    happened.Used: ("stock_lots",),
    happened.Delivered: ("purchase_orders",),
    happened.Lost: ("stock_lots",),
    happened.Expired: ("stock_lots",),
    happened.Purchasing: (),
    happened.PurchasesSent: ("purchase_orders",),
    happened.ModelsTrained: ("forecast_models",),
    happened.SeasonTurned: ("products",),
}
"""What an event reads. Rows are locked in the order of `_ORDER`, in every process the same."""

_ORDER = (
    "orders", "production_batches", "purchase_orders", "till_sessions", "taken", "product_stock",
    "stock_lots", "products", "forecast_models", "document_series",
)  # fmt: skip

_PARENTS_FIRST = (
    "till_sessions", "sales", "sale_lines", "orders", "order_lines", "production_batches",
    "procurement_runs", "purchase_orders", "purchase_order_lines", "stock_lots", "product_stock",
    "stock_movements", "forecast_predictions", "document_series",
)  # fmt: skip


def fetch_moment(connection: "Connection[Any]") -> datetime | None:
    """Return the moment that the bakery has been brought to; None while another does it."""
    row = connection.execute(_SQL["moment"]).fetchone()
    return None if row is None else row[0]


def fetch_books(connection: "Connection[Any]", events: Iterable[happened.Event]) -> Books:
    """Return the rows that these events may change, locked.

    Raises:
        psycopg.errors.LockNotAvailable: a visitor's request has locked one of them.
    """
    needed, ids = _needs(events)
    books = Books()
    cursors: dict[str, Cursor[Row]] = {}
    with connection.pipeline():
        for name in (name for name in _ORDER if name in needed):
            cursor = connection.cursor(row_factory=dict_row)
            cursors[name] = cursor.execute(_SQL[name], {"ids": list(ids[name])})
    for name, cursor in cursors.items():
        rows = cursor.fetchall()
        if name == "taken":
            for row in rows:
                books.taken[row["till_session_id"], row["payment_method"]] = row["total"]
        else:
            books.put(name, rows)
    return books


def _needs(events: Iterable[happened.Event]) -> tuple[set[str], defaultdict[str, set[Any]]]:
    """The blocks to run, and the ids that the events name."""
    needed: set[str] = set()
    ids: defaultdict[str, set[Any]] = defaultdict(set)
    for event in events:
        needed.update(_NEEDED[type(event)])
        match event:
            case happened.OrderMoved():
                ids["orders"].add(event.order_id)
            case happened.BatchStarted() | happened.BatchFinished() | happened.BatchCancelled():
                ids["production_batches"].add(event.batch_id)
            case happened.Delivered(purchase_order_id=int(purchase_order_id)):
                ids["purchase_orders"].add(purchase_order_id)
            case happened.PurchasesSent():
                ids["purchase_orders"].update(event.purchase_order_ids)
            case happened.SeasonTurned():
                ids["products"].update(event.product_ids)
            case _:
                pass
    return needed, ids


def write_books(connection: "Connection[Any]", books: Books, moment: datetime) -> None:
    """Write what was added and changed, and the moment that the bakery has come to."""
    _number_tickets(connection, books)
    with connection.pipeline():
        for table in _PARENTS_FIRST:
            if rows := books.added[table]:
                columns = tuple(rows[0])
                connection.execute(_insert(table, columns), [_as_json(rows)])
        for table, rows in books.take_changes():
            if rows:
                columns = tuple(rows[0])
                connection.execute(_update(table, columns), [_as_json(rows)])
        connection.execute(_SQL["lived_until"], {"moment": moment})


def _number_tickets(connection: "Connection[Any]", books: Books) -> None:
    """Give the new tickets the next numbers; their lines and the ledger name them."""
    if not books.tickets:
        return
    count = {"count": len(books.tickets)}
    numbers = connection.execute(_SQL["ticket_numbers"], count).fetchall()
    for ticket, (number,) in zip(books.tickets, numbers, strict=True):
        books.number(*ticket, number)


def _as_json(rows: list[Row]) -> str:
    return json.dumps(rows, default=str)


@lru_cache(maxsize=64)
def _insert(table: str, columns: tuple[str, ...]) -> sql.Composed:
    statement = sql.SQL(
        "INSERT INTO {table} ({columns})"
        " SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    )
    return statement.format(
        table=sql.Identifier(table), columns=sql.SQL(", ").join(map(sql.Identifier, columns))
    )


@lru_cache(maxsize=64)
def _update(table: str, columns: tuple[str, ...]) -> sql.Composed:
    """Replace every column that was read; the key says which row."""
    key = KEYS[table]
    values = [column for column in columns if column not in key]
    statement = sql.SQL(
        "UPDATE {table} AS old SET {values}"
        " FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS new WHERE {key}"
    )
    return statement.format(
        table=sql.Identifier(table),
        values=sql.SQL(", ").join(
            sql.SQL("{0} = new.{0}").format(sql.Identifier(column)) for column in values
        ),
        key=sql.SQL(" AND ").join(
            sql.SQL("old.{0} = new.{0}").format(sql.Identifier(column)) for column in key
        ),
    )
