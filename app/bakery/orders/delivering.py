"""Handing an order over: its delivery note, and what that does to the stock."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bakery.business.service import dispatch_location
from app.bakery.clock import now
from app.bakery.documents.numbering import note_series, take_number
from app.bakery.inventory.models import MovementKind
from app.bakery.inventory.stock import Reason, move_products, plain
from app.bakery.orders.models import Customer, Order, OrderLine
from app.bakery.orders.schemas import DeliveredLineIn
from app.bakery.orders.service import DELIVERED
from app.errors import InvalidRequest
from app.language.texts import _


def bake(session: Session, order: Order) -> None:
    """Put an order's pieces into the workshop."""
    reason = Reason(MovementKind.PRODUCTION, reference(order), "Horneado para el pedido")
    move_products(session, dispatch_location(session), _pieces(session, order), reason)


def deliver(session: Session, order: Order, asked: Sequence[DeliveredLineIn]) -> None:
    """Take what is delivered from the workshop, and give the order its delivery note.

    Its total becomes that of the note. What was baked and not delivered stays in the workshop.

    Raises:
        InvalidRequest: it is not on the order, or more than was ordered.
        Conflict: the workshop lacks pieces.
    """
    _note_deviations(session, order, asked)
    moment = now()
    order.note_series = note_series(moment.year)
    order.note_number = take_number(session, order.note_series)
    order.delivered_at = moment
    pieces = _pieces(session, order)
    shop = session.scalar(select(Customer.location_id).where(Customer.id == order.customer_id))
    kind = MovementKind.SALE if shop is None else MovementKind.TRANSFER
    reason = Reason(kind, reference(order), "Entrega del pedido")
    taken = {product_id: -quantity for product_id, quantity in pieces.items()}
    move_products(session, dispatch_location(session), taken, reason)
    if shop is not None:
        move_products(session, shop, pieces, reason)


def _note_deviations(session: Session, order: Order, asked: Sequence[DeliveredLineIn]) -> None:
    statement = select(OrderLine).where(OrderLine.order_id == order.id)
    lines = {line.product_id: line for line in session.scalars(statement)}
    for place, wanted in enumerate(asked):
        line = lines.get(wanted.product_id)
        if line is None:
            raise _refuse(place, "product_id", "Este producto no está en el pedido.")
        if wanted.quantity > line.quantity:
            sentence = _(
                "Se pidieron %(quantity)s: no se pueden entregar más.",
                quantity=plain(line.quantity),
            )
            raise _refuse(place, "quantity", sentence)
        line.delivered = None if wanted.quantity == line.quantity else wanted.quantity
    session.flush()
    total = select(func.coalesce(func.sum(OrderLine.amount), 0))
    order.total = session.scalar(total.where(OrderLine.order_id == order.id)) or Decimal(0)


def _refuse(place: int, field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(
        sentence, errors={"json": {f"delivered_lines.{place}.{field}": [sentence]}}
    )


def _pieces(session: Session, order: Order) -> dict[int, Decimal]:
    statement = select(OrderLine.product_id, DELIVERED).where(OrderLine.order_id == order.id)
    pieces: defaultdict[int, Decimal] = defaultdict(Decimal)
    for product_id, quantity in session.execute(statement):
        pieces[product_id] += quantity
    return dict(pieces)


def reference(order: Order) -> str:
    """What the ledger calls an order."""
    return f"Pedido {order.order_number}"
