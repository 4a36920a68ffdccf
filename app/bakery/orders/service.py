"""Lists and details of orders and delivery notes."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Text, case, cast, func, literal, select
from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.documents.numbering import document_number
from app.bakery.documents.vat import vat_by_rate
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.orders.models import Customer, Order, OrderLine, OrderStatus
from app.bakery.orders.schemas import OrderQuery
from app.bakery.pos.models import Product

TRANSITIONS: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING: (OrderStatus.CONFIRMED, OrderStatus.CANCELLED),
    OrderStatus.CONFIRMED: (OrderStatus.READY, OrderStatus.CANCELLED),
    OrderStatus.READY: (OrderStatus.DELIVERED, OrderStatus.CANCELLED),
    OrderStatus.DELIVERED: (),
    OrderStatus.CANCELLED: (),
}
"""The next statuses that an order can have, by its status."""
OPEN = tuple(status for status, following in TRANSITIONS.items() if following)

NO_ORDER = "No existe ese pedido."

DELIVERED = func.coalesce(OrderLine.delivered, OrderLine.quantity)
NOTE: ColumnElement[Any] = document_number(Order.note_series, Order.note_number)
PIECES: ColumnElement[Any] = (
    select(func.coalesce(func.sum(DELIVERED), 0))
    .where(OrderLine.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
)

_DAY: ColumnElement[int] = cast(Order.due_on - literal(date(2000, 1, 1)), Integer)
LAST = 1_000_000
"""More days than there are: closed orders come after all that are open."""
TO_DO: ColumnElement[int] = case((Order.status.in_(OPEN), _DAY), else_=LAST - _DAY)
"""What is to be done: open orders, the first due first, then closed ones, the last first."""

ORDERS = Listing(
    sorts={
        "to_do": TO_DO,
        "due_on": Order.due_on,
        "ordered_at": Order.ordered_at,
        "order_number": Order.order_number,
        "customer_name": folded(Customer.name),
        "total": Order.total,
        "status": Order.status,
    },
    default="-due_on",
    tie_breakers=(Order.id,),
    search=(Customer.name, cast(Order.order_number, Text), Order.notes),
)


def _is_overdue() -> ColumnElement[bool]:
    return (Order.due_on < literal(today())) & Order.status.in_(OPEN)


def _select_orders() -> Rows:
    parts = ("note_series", "note_number")
    return select(
        *(column for column in Order.__table__.columns if column.key not in parts),
        NOTE.label("note_number"),
        Customer.name.label("customer_name"),
        Customer.kind.label("customer_kind"),
        _is_overdue().label("overdue"),
        PIECES.label("pieces"),
    ).join(Customer, Customer.id == Order.customer_id)


def list_orders(session: Session, query: OrderQuery) -> dict[str, Any]:
    """A page of orders, the last one due first."""
    statement = _select_orders()
    if query.status is not None:
        statement = statement.where(Order.status == query.status)
    if query.customer_id is not None:
        statement = statement.where(Order.customer_id == query.customer_id)
    if query.from_ is not None:
        statement = statement.where(Order.due_on >= query.from_)
    if query.to is not None:
        statement = statement.where(Order.due_on <= query.to)
    if query.overdue is not None:
        statement = statement.where(_is_overdue() if query.overdue else ~_is_overdue())
    return paginate(session, statement, ORDERS, query)


def fetch_order(session: Session, order_id: UUID) -> dict[str, Any]:
    """One order with its lines."""
    order = fetch_one(session, _select_orders().where(Order.id == order_id), NO_ORDER)
    lines = (
        select(
            *(column for column in OrderLine.__table__.columns if column.key != "order_id"),
            Product.name.label("product_name"),
        )
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.line_number)
    )
    found = fetch_all(session, lines)
    return order | {
        "lines": found,
        "vat": vat_by_rate((line["vat_percent"], line["amount"]) for line in found),
        "next_statuses": list(TRANSITIONS[order["status"]]),
    }
