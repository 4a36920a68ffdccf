"""Taking goods back: a ticket of negative quantities, in a series of its own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bakery.clock import now
from app.bakery.documents.numbering import return_series, take_number
from app.bakery.inventory.models import MovementKind
from app.bakery.inventory.stock import Reason, move_products, plain
from app.bakery.labels import LABELS
from app.bakery.pos.lines import Line, merge, total
from app.bakery.pos.models import ReturnReason, Sale, SaleLine, SaleStatus
from app.bakery.pos.schemas import MOST_ON_A_TICKET, ReturnIn, SaleLineIn
from app.bakery.pos.selling import lock_sale, read_lines, reference, write_lines
from app.bakery.pos.service import fetch_sale
from app.bakery.pos.till import ensure_open_till
from app.errors import Conflict, InvalidRequest
from app.language.texts import _

THROWN_AWAY = (ReturnReason.FAULTY, ReturnReason.STALE)
"""The reasons for which goods are not sold again."""


def take_back(session: Session, sale_id: UUID, asked: ReturnIn) -> dict[str, Any]:
    """Take back some of a ticket, or all that is left of it, and give the money back.

    It is paid from the open till of the ticket's shop. The goods go back to its shelves, or are
    thrown away where the reason says so; the ledger has both.

    Raises:
        NotFound: there is no such ticket.
        InvalidRequest: it is more than was sold and not returned yet.
        Conflict: the ticket is a return itself, or nothing is left of it.
    """
    sale = lock_sale(session, sale_id)
    if sale.returns_ticket is not None:
        raise Conflict("Una devolución no se devuelve.", code="sale_is_return")
    sold = read_lines(session, sale.ticket_number)
    left = _left(session, sale, sold)
    lines = _chosen(sold, left, asked.lines)
    moment = now()
    till_session_id = ensure_open_till(session, sale.location_id)
    series = return_series(sale.location_id, moment.year)
    back = Sale(
        till_session_id=till_session_id,
        location_id=sale.location_id,
        sold_at=moment,
        payment_method=asked.payment_method or sale.payment_method,
        status=SaleStatus.RETURN,
        total=total(lines),
        invoice_series=series,
        invoice_number=take_number(session, series),
        returns_ticket=sale.ticket_number,
        return_reason=asked.reason,
    )
    session.add(back)
    session.flush()
    write_lines(session, back.ticket_number, lines)
    _shelve(session, back, lines, asked.reason)
    return fetch_sale(session, back.id)


def _left(session: Session, sale: Sale, sold: Sequence[Line]) -> dict[int, Decimal]:
    """The pieces of each product that have not come back."""
    statement = (
        select(SaleLine.product_id, func.sum(SaleLine.quantity))
        .join(Sale, Sale.ticket_number == SaleLine.ticket_number)
        .where(Sale.returns_ticket == sale.ticket_number)
        .group_by(SaleLine.product_id)
    )
    left: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in sold:
        left[line.product_id] += line.quantity
    for product_id, returned in session.execute(statement):
        left[product_id] += returned
    return left


def _chosen(
    sold: Sequence[Line], left: Mapping[int, Decimal], asked: Sequence[SaleLineIn] | None
) -> list[Line]:
    """The lines of the return, at the prices of the ticket."""
    if asked is None:
        wanted = {product_id: pieces for product_id, pieces in left.items() if pieces}
    else:
        wanted = merge(asked, MOST_ON_A_TICKET)
        for place, each in enumerate(asked):
            if wanted[each.product_id] > left.get(each.product_id, 0):
                raise _too_many(place, left.get(each.product_id, Decimal(0)))
    if not wanted:
        raise Conflict("De este ticket ya se ha devuelto todo.", code="sale_returned")
    lines = []
    for line in sold:
        pieces = min(line.quantity, wanted.get(line.product_id, Decimal(0)))
        if pieces:
            wanted[line.product_id] -= pieces
            lines.append(Line(line.product_id, -pieces, line.unit_price, line.vat_percent))
    return lines


def _too_many(place: int, left: Decimal) -> InvalidRequest:
    sentence = _("De este producto quedan %(left)s por devolver en el ticket.", left=plain(left))
    field = f"lines.{place}.quantity"
    return InvalidRequest(sentence, errors={"json": {field: [sentence]}})


def _shelve(session: Session, back: Sale, lines: Sequence[Line], reason: ReturnReason) -> None:
    pieces: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        pieces[line.product_id] -= line.quantity
    note = f"Devolución: {LABELS[type(reason)][reason.value].lower()}"
    move_products(
        session, back.location_id, pieces, Reason(MovementKind.SALE, reference(back), note)
    )
    if reason in THROWN_AWAY:
        wasted = {product_id: -count for product_id, count in pieces.items()}
        waste = Reason(MovementKind.WASTE, reference(back), note)
        move_products(session, back.location_id, wasted, waste)
