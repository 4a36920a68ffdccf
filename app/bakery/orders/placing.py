"""Taking orders, changing them and seeing them through to delivery."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.bakery.business.service import dispatch_location
from app.bakery.clock import now, today
from app.bakery.inventory.models import MovementKind
from app.bakery.inventory.stock import Reason, move_products
from app.bakery.labels import inside_sentence
from app.bakery.orders.models import Customer, CustomerKind, Order, OrderLine, OrderStatus
from app.bakery.orders.pricing import trade_price
from app.bakery.orders.schemas import (
    MOST_ON_AN_ORDER,
    OrderChange,
    OrderIn,
    OrderLineIn,
)
from app.bakery.orders.service import NO_ORDER, TRANSITIONS, fetch_order
from app.bakery.pos.lines import Line, merge, price, total
from app.errors import Conflict, InvalidRequest, NotFound

EDITABLE = (OrderStatus.PENDING, OrderStatus.CONFIRMED)
"""The statuses in which an order's lines and day can change: it is not baked yet."""


def place(session: Session, asked: OrderIn) -> dict[str, Any]:
    """Take an order, at the customer's prices of today.

    Nothing is set aside for it until it is delivered.

    Raises:
        InvalidRequest: the customer or a product does not exist, or the day is over.
    """
    kind = _kind_of(session, asked.customer_id)
    if kind is None:
        raise _refuse("customer_id", f"No existe el cliente {asked.customer_id}.")
    _ensure_not_past(asked.due_on)
    quantities = merge(asked.lines, MOST_ON_AN_ORDER)
    lines = price(session, asked.lines, quantities, discounted=partial(trade_price, kind=kind))
    order = Order(
        customer_id=asked.customer_id,
        ordered_at=now(),
        due_on=asked.due_on,
        notes=asked.notes or None,
        total=total(lines),
    )
    session.add(order)
    session.flush()
    _write_lines(session, order.id, lines)
    return fetch_order(session, order.id)


def change(session: Session, order_id: UUID, wanted: OrderChange) -> dict[str, Any]:
    """Change an order, and move it along when a status is asked for.

    Lines and day change first, and only before the order is ready. `ready` says that the pieces
    are baked: they stand in the workshop from then on, where they stay if the order is cancelled.
    `delivered` takes them from there: out of the house, or, for a satellite of ours, to its shop.

    Raises:
        NotFound: there is no such order.
        InvalidRequest: a product does not exist, or the day is over.
        Conflict: the order is too far along, cannot become that, or the workshop lacks pieces.
    """
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update())
    if order is None:
        raise NotFound(NO_ORDER)
    _change_day(order, wanted.due_on)
    if wanted.lines is not None:
        _change_lines(session, order, wanted.lines)
    if "notes" in wanted.model_fields_set:
        order.notes = wanted.notes or None
    if wanted.status not in (None, order.status):
        _advance(session, order, wanted.status)
    session.flush()
    return fetch_order(session, order_id)


def _change_day(order: Order, day: date | None) -> None:
    if day in (None, order.due_on):
        return
    _ensure_editable(order)
    _ensure_not_past(day)
    order.due_on = day


def _change_lines(session: Session, order: Order, asked: Sequence[OrderLineIn]) -> None:
    before = _read_lines(session, order.id)
    quantities = merge(asked, MOST_ON_AN_ORDER)
    if quantities == {line.product_id: line.quantity for line in before}:
        return
    _ensure_editable(order)
    kind = _kind_of(session, order.customer_id)
    assert kind is not None, "an order has a customer"
    lines = price(session, asked, quantities, before, partial(trade_price, kind=kind))
    session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    _write_lines(session, order.id, lines)
    order.total = total(lines)


def _kind_of(session: Session, customer_id: int) -> CustomerKind | None:
    return session.scalar(select(Customer.kind).where(Customer.id == customer_id))


def _advance(session: Session, order: Order, status: OrderStatus) -> None:
    possible = TRANSITIONS[order.status]
    if status not in possible:
        names = " o a ".join(inside_sentence(each) for each in possible)
        allowed = f"puede pasar a {names}" if possible else "ya no puede cambiar"
        raise Conflict(
            f"Un pedido {inside_sentence(order.status)} no puede pasar a"
            f" {inside_sentence(status)}: {allowed}.",
            code="invalid_transition",
        )
    if status is OrderStatus.READY:
        _bake(session, order)
    if status is OrderStatus.DELIVERED:
        _deliver(session, order)
    order.status = status


def _bake(session: Session, order: Order) -> None:
    reason = Reason(MovementKind.PRODUCTION, _reference(order), "Horneado para el pedido")
    move_products(session, dispatch_location(session), _pieces(session, order), reason)


def _deliver(session: Session, order: Order) -> None:
    pieces = _pieces(session, order)
    shop = session.scalar(select(Customer.location_id).where(Customer.id == order.customer_id))
    kind = MovementKind.SALE if shop is None else MovementKind.TRANSFER
    reason = Reason(kind, _reference(order), "Entrega del pedido")
    taken = {product_id: -quantity for product_id, quantity in pieces.items()}
    move_products(session, dispatch_location(session), taken, reason)
    if shop is not None:
        move_products(session, shop, pieces, reason)


def _pieces(session: Session, order: Order) -> dict[int, Decimal]:
    pieces: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in _read_lines(session, order.id):
        pieces[line.product_id] += line.quantity
    return dict(pieces)


def _reference(order: Order) -> str:
    return f"Pedido {order.order_number}"


def _read_lines(session: Session, order_id: UUID) -> list[Line]:
    """The lines of an order. Orders do not note the VAT: it is part of their prices."""
    statement = select(OrderLine.product_id, OrderLine.quantity, OrderLine.unit_price).where(
        OrderLine.order_id == order_id
    )
    return [Line(*row, Decimal(0)) for row in session.execute(statement)]


def _write_lines(session: Session, order_id: UUID, lines: Sequence[Line]) -> None:
    rows = [
        {
            "order_id": order_id,
            "line_number": number,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
        }
        for number, line in enumerate(lines, start=1)
    ]
    session.execute(insert(OrderLine).values(rows))


def _ensure_editable(order: Order) -> None:
    if order.status not in EDITABLE:
        raise Conflict(
            f"Un pedido {inside_sentence(order.status)} ya no se puede modificar.",
            code="order_closed",
        )


def _ensure_not_past(day: date | None) -> None:
    if day is not None and day < today():
        raise _refuse("due_on", "La fecha de entrega ya ha pasado.")


def _refuse(field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, errors={"json": {field: [sentence]}})
