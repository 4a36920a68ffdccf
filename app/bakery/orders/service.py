"""Lists and details of customers and orders."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.orders.models import Customer, Order, OrderLine, OrderStatus
from app.bakery.orders.schemas import CustomerQuery, OrderQuery
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

PIECES: ColumnElement[Any] = (
    select(func.coalesce(func.sum(OrderLine.quantity), 0))
    .where(OrderLine.order_id == Order.id)
    .correlate(Order)
    .scalar_subquery()
)

ORDERS = Listing(
    sorts={
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
    return select(
        *Order.__table__.columns,
        Customer.name.label("customer_name"),
        Customer.kind.label("customer_kind"),
        _is_overdue().label("overdue"),
        PIECES.label("pieces"),
    ).join(Customer, Customer.id == Order.customer_id)


def list_customers(session: Session, query: CustomerQuery) -> dict[str, Any]:
    """A page of customers with the sums of their orders."""
    counts = (
        select(
            Order.customer_id,
            func.count().label("orders"),
            func.count().filter(Order.status.in_(OPEN)).label("open_orders"),
            func.sum(Order.total).filter(Order.status != OrderStatus.CANCELLED).label("total"),
        )
        .group_by(Order.customer_id)
        .subquery()
    )
    count = func.coalesce(counts.c.orders, 0)
    total = func.coalesce(counts.c.total, 0)
    statement = select(
        *(column for column in Customer.__table__.columns if column.key != "created_at"),
        count.label("orders"),
        func.coalesce(counts.c.open_orders, 0).label("open_orders"),
        total.label("total"),
    ).outerjoin(counts, counts.c.customer_id == Customer.id)
    if query.kind is not None:
        statement = statement.where(Customer.kind == query.kind)
    listing = Listing(
        sorts={
            "name": folded(Customer.name),
            "city": folded(Customer.city),
            "kind": Customer.kind,
            "orders": count,
            "total": total,
        },
        default="name",
        tie_breakers=(Customer.id,),
        search=(Customer.name, Customer.contact_name, Customer.email, Customer.city),
    )
    return paginate(session, statement, listing, query)


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
    following = TRANSITIONS[order["status"]]
    return order | {"lines": fetch_all(session, lines), "next_statuses": list(following)}
