"""Taking orders, changing them and seeing them through to delivery."""

from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.bakery.clock import now, today
from app.bakery.labels import inside_sentence
from app.bakery.orders.delivering import bake, deliver
from app.bakery.orders.models import Customer, Order, OrderLine, OrderStatus
from app.bakery.orders.pricing import customer_price
from app.bakery.orders.schemas import (
    MOST_ON_AN_ORDER,
    DeliveredLineIn,
    OrderChange,
    OrderIn,
    OrderLineIn,
)
from app.bakery.orders.service import NO_ORDER, TRANSITIONS, fetch_order
from app.bakery.pos.lines import Line, merge, plain_euros, price, total
from app.control.visits.counting import note_deed
from app.errors import Conflict, InvalidRequest, NotFound
from app.language.texts import _

EDITABLE = (OrderStatus.PENDING, OrderStatus.CONFIRMED)
"""The statuses in which an order's lines and day can change: it is not baked yet."""


def place(session: Session, asked: OrderIn, is_standing: bool = False) -> dict[str, Any]:
    """Take an order, at the customer's prices and conditions of today.

    Nothing is set aside for it until it is delivered.

    Raises:
        InvalidRequest: the customer or a product does not exist, the day is over, the hours of
            delivery make no sense, or the order is below the customer's minimum.
    """
    customer = session.get(Customer, asked.customer_id)
    if customer is None:
        raise _refuse(
            "customer_id", _("No existe el cliente %(customer_id)s.", customer_id=asked.customer_id)
        )
    _ensure_not_past(asked.due_on)
    window = (asked.delivery_from, asked.delivery_to)
    if window == (None, None):
        window = (customer.delivery_from, customer.delivery_to)
    ensure_window(*window)
    quantities = merge(asked.lines, MOST_ON_AN_ORDER)
    lines = price(session, asked.lines, quantities, discounted=_prices_of(customer))
    _ensure_minimum(customer, lines)
    order = Order(
        customer_id=asked.customer_id,
        ordered_at=now(),
        due_on=asked.due_on,
        notes=asked.notes or None,
        total=total(lines),
        delivery_from=window[0],
        delivery_to=window[1],
        is_standing=is_standing,
    )
    session.add(order)
    session.flush()
    _write_lines(session, order.id, lines)
    note_deed("order", order.total)
    return fetch_order(session, order.id)


def _prices_of(customer: Customer) -> Callable[[Decimal], Decimal]:
    return partial(customer_price, kind=customer.kind, discount=customer.discount_percent)


def _ensure_minimum(customer: Customer, lines: Sequence[Line]) -> None:
    if total(lines) < customer.minimum_order:
        least = plain_euros(customer.minimum_order)
        raise _refuse("lines", _("El pedido mínimo de este cliente es de %(least)s.", least=least))


def ensure_window(first: time | None, last: time | None) -> None:
    """Check the hours of a delivery: both or none, in their order.

    Raises:
        InvalidRequest: they are not.
    """
    if (first is None) != (last is None):
        missing = "delivery_from" if first is None else "delivery_to"
        raise _refuse(missing, "Indica las dos horas de la entrega, o ninguna.")
    if first is not None and last is not None and last <= first:
        raise _refuse("delivery_to", "La entrega debe terminar después de empezar.")


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
    _change_window(order, wanted)
    if wanted.status not in (None, order.status):
        _advance(session, order, wanted.status, wanted.delivered_lines or ())
    elif wanted.delivered_lines is not None:
        raise _refuse("delivered_lines", "Indícalo al entregar: con status «delivered».")
    session.flush()
    return fetch_order(session, order_id)


def _change_day(order: Order, day: date | None) -> None:
    if day in (None, order.due_on):
        return
    _ensure_editable(order)
    _ensure_not_past(day)
    order.due_on = day


def _change_window(order: Order, wanted: OrderChange) -> None:
    before = (order.delivery_from, order.delivery_to)
    asked = wanted.model_fields_set
    first = wanted.delivery_from if "delivery_from" in asked else before[0]
    last = wanted.delivery_to if "delivery_to" in asked else before[1]
    if (first, last) == before:
        return
    _ensure_editable(order)
    ensure_window(first, last)
    order.delivery_from, order.delivery_to = first, last


def _change_lines(session: Session, order: Order, asked: Sequence[OrderLineIn]) -> None:
    before = _read_lines(session, order.id)
    quantities = merge(asked, MOST_ON_AN_ORDER)
    if quantities == {line.product_id: line.quantity for line in before}:
        return
    _ensure_editable(order)
    customer = session.get_one(Customer, order.customer_id)
    lines = price(session, asked, quantities, before, _prices_of(customer))
    _ensure_minimum(customer, lines)
    session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    _write_lines(session, order.id, lines)
    order.total = total(lines)


def _advance(
    session: Session,
    order: Order,
    status: OrderStatus,
    delivered: Sequence[DeliveredLineIn],
) -> None:
    possible = TRANSITIONS[order.status]
    if status not in possible:
        names = _(" o a ").join(inside_sentence(each) for each in possible)
        allowed = _("puede pasar a %(names)s", names=names)
        sentence = _(
            "Un pedido %(before)s no puede pasar a %(wanted)s: %(allowed)s.",
            before=inside_sentence(order.status),
            wanted=inside_sentence(status),
            allowed=allowed if possible else _("ya no puede cambiar"),
        )
        raise Conflict(sentence, code="invalid_transition")
    if status is OrderStatus.READY:
        bake(session, order)
    if status is OrderStatus.DELIVERED:
        deliver(session, order, delivered)
    elif delivered:
        raise _refuse("delivered_lines", "Indícalo al entregar: con status «delivered».")
    order.status = status


def _read_lines(session: Session, order_id: UUID) -> list[Line]:
    statement = select(
        OrderLine.product_id, OrderLine.quantity, OrderLine.unit_price, OrderLine.vat_percent
    ).where(OrderLine.order_id == order_id)
    return [Line(*row) for row in session.execute(statement)]


def _write_lines(session: Session, order_id: UUID, lines: Sequence[Line]) -> None:
    rows = [
        {
            "order_id": order_id,
            "line_number": number,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "vat_percent": line.vat_percent,
        }
        for number, line in enumerate(lines, start=1)
    ]
    session.execute(insert(OrderLine).values(rows))


def _ensure_editable(order: Order) -> None:
    if order.status not in EDITABLE:
        status = inside_sentence(order.status)
        raise Conflict(
            _("Un pedido %(status)s ya no se puede modificar.", status=status), code="order_closed"
        )


def _ensure_not_past(day: date | None) -> None:
    if day is not None and day < today():
        raise _refuse("due_on", "La fecha de entrega ya ha pasado.")


def _refuse(field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, errors={"json": {field: [sentence]}})
