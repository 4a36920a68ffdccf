"""Ringing up tickets and correcting them, with what that does to the stock."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.bakery.business.service import selling_location
from app.bakery.clock import now
from app.bakery.inventory.models import MovementKind
from app.bakery.inventory.stock import Reason, move_products
from app.bakery.pos.lines import Line, merge, price, total
from app.bakery.pos.models import Sale, SaleLine, SaleStatus
from app.bakery.pos.schemas import MOST_ON_A_TICKET, CorrectionIn, SaleIn
from app.bakery.pos.service import fetch_sale
from app.bakery.pos.till import ensure_open_till
from app.errors import NotFound


def sell(session: Session, asked: SaleIn) -> dict[str, Any]:
    """Ring up a ticket: the pieces leave the location's stock.

    Raises:
        InvalidRequest: a product or the location does not exist, or is not for sale.
        Conflict: there is not enough of a product; nothing has been sold.
    """
    location_id = selling_location(session, asked.location_id)
    lines = price(session, asked.lines, merge(asked.lines, MOST_ON_A_TICKET))
    sale = Sale(
        till_session_id=ensure_open_till(session, location_id),
        location_id=location_id,
        sold_at=now(),
        payment_method=asked.payment_method,
        total=total(lines),
    )
    session.add(sale)
    session.flush()
    _write_lines(session, sale.id, lines)
    taken = {line.product_id: -line.quantity for line in lines}
    move_products(session, location_id, taken, Reason(MovementKind.SALE, _reference(sale)))
    return fetch_sale(session, sale.id)


def correct(session: Session, sale_id: UUID, correction: CorrectionIn) -> dict[str, Any]:
    """Make a ticket say what it should have said; stock moves by the difference.

    Products that were on the ticket keep the price they were sold at. A correction that changes
    nothing leaves the ticket as it is.

    Raises:
        NotFound: there is no such ticket.
        InvalidRequest: a product that was not on the ticket does not exist, or is not for sale.
        Conflict: there is not enough for what is added; nothing has changed.
    """
    sale = session.scalar(select(Sale).where(Sale.id == sale_id).with_for_update())
    if sale is None:
        raise NotFound("No existe ese ticket.")
    changed = _correct_lines(session, sale, correction)
    if correction.payment_method not in (None, sale.payment_method):
        sale.payment_method = correction.payment_method
        changed = True
    if changed:
        sale.status = SaleStatus.CORRECTED
        session.flush()
    return fetch_sale(session, sale_id)


def _correct_lines(session: Session, sale: Sale, correction: CorrectionIn) -> bool:
    if correction.lines is None:
        return False
    before = _read_lines(session, sale.id)
    quantities = merge(correction.lines, MOST_ON_A_TICKET)
    changes: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in before:
        changes[line.product_id] += line.quantity
    for product_id, quantity in quantities.items():
        changes[product_id] -= quantity
    if not any(changes.values()):
        return False
    lines = price(session, correction.lines, quantities, before)
    reason = Reason(MovementKind.CORRECTION, _reference(sale), "Corrección de ticket")
    move_products(session, sale.location_id, changes, reason)
    session.execute(delete(SaleLine).where(SaleLine.sale_id == sale.id))
    _write_lines(session, sale.id, lines)
    sale.total = total(lines)
    return True


def _read_lines(session: Session, sale_id: UUID) -> list[Line]:
    statement = select(
        SaleLine.product_id, SaleLine.quantity, SaleLine.unit_price, SaleLine.vat_percent
    ).where(SaleLine.sale_id == sale_id)
    return [Line(*row) for row in session.execute(statement)]


def _write_lines(session: Session, sale_id: UUID, lines: Sequence[Line]) -> None:
    rows = [
        {
            "sale_id": sale_id,
            "line_number": number,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "vat_percent": line.vat_percent,
        }
        for number, line in enumerate(lines, start=1)
    ]
    session.execute(insert(SaleLine).values(rows))


def _reference(sale: Sale) -> str:
    return f"Ticket {sale.ticket_number}"
