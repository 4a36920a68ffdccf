"""Delivery notes: what was delivered of an order, under a number of its own."""

from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from app.bakery.clock import day_end, day_start
from app.bakery.documents.vat import vat_by_rate
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.orders.models import Customer, Order, OrderLine
from app.bakery.orders.schemas import NoteQuery
from app.bakery.orders.service import DELIVERED, NOTE, PIECES
from app.bakery.pos.models import Product

NO_NOTE = "Ese pedido no existe o aún no se ha entregado: no tiene albarán."

NOTES = Listing(
    sorts={
        "delivered_at": Order.delivered_at,
        "note_number": NOTE,
        "customer_name": folded(Customer.name),
        "total": Order.total,
    },
    default="-delivered_at",
    tie_breakers=(Order.id,),
    search=(Customer.name, NOTE, cast(Order.order_number, Text)),
)


def _select_notes(*more: Any) -> Rows:
    return (
        select(
            NOTE.label("note_number"),
            Order.id.label("order_id"),
            Order.order_number,
            Order.customer_id,
            Customer.name.label("customer_name"),
            Customer.kind.label("customer_kind"),
            Order.delivered_at,
            PIECES.label("pieces"),
            Order.total,
            *more,
        )
        .join(Customer, Customer.id == Order.customer_id)
        .where(Order.note_number.is_not(None))
    )


def list_notes(session: Session, query: NoteQuery) -> dict[str, Any]:
    """A page of delivery notes, the newest first."""
    statement = _select_notes()
    if query.customer_id is not None:
        statement = statement.where(Order.customer_id == query.customer_id)
    if query.from_ is not None:
        statement = statement.where(Order.delivered_at >= day_start(query.from_))
    if query.to is not None:
        statement = statement.where(Order.delivered_at < day_end(query.to))
    return paginate(session, statement, NOTES, query)


def fetch_note(session: Session, order_id: UUID) -> dict[str, Any]:
    """The delivery note of an order, with its lines and its VAT by rate.

    Raises:
        NotFound: there is no such order, or it was not delivered.
    """
    addressee = (
        Customer.tax_id, Customer.address, Customer.city, Customer.payment_terms_days
    )  # fmt: skip
    note = fetch_one(session, _select_notes(*addressee).where(Order.id == order_id), NO_NOTE)
    lines = (
        select(
            OrderLine.line_number,
            OrderLine.product_id,
            Product.name.label("product_name"),
            OrderLine.quantity.label("ordered"),
            DELIVERED.label("quantity"),
            OrderLine.unit_price,
            OrderLine.vat_percent,
            OrderLine.amount,
        )
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.line_number)
    )
    found = fetch_all(session, lines)
    vat = vat_by_rate((line["vat_percent"], line["amount"]) for line in found)
    return note | {"lines": found, "vat": vat}
