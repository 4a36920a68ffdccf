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
from app.bakery.documents.numbering import sale_series, take_number
from app.bakery.inventory.models import MovementKind
from app.bakery.inventory.stock import Reason, move_products
from app.bakery.pos.lines import Line, ensure_enough_cash, merge, price, total
from app.bakery.pos.models import PaymentMethod, Sale, SaleLine, SaleStatus
from app.bakery.pos.schemas import MOST_ON_A_TICKET, CorrectionIn, SaleIn
from app.bakery.pos.service import NO_SALE, fetch_sale
from app.bakery.pos.till import ensure_open_till, is_open
from app.control.visits.counting import note_deed
from app.errors import Conflict, NotFound


def sell(session: Session, asked: SaleIn) -> dict[str, Any]:
    """Ring up a ticket: the pieces leave the location's stock.

    Raises:
        InvalidRequest: a product or the location does not exist, or is not for sale, or the cash is
            not enough.
        Conflict: there is not enough of a product; nothing has been sold.
    """
    location_id = selling_location(session, asked.location_id)
    lines = price(session, asked.lines, merge(asked.lines, MOST_ON_A_TICKET))
    amount = total(lines)
    is_cash = asked.payment_method is PaymentMethod.CASH
    ensure_enough_cash(asked.cash_received, is_cash, amount)
    till_session_id = ensure_open_till(session, location_id)
    moment = now()
    series = sale_series(location_id, moment.year)
    sale = Sale(
        till_session_id=till_session_id,
        location_id=location_id,
        sold_at=moment,
        payment_method=asked.payment_method,
        total=amount,
        invoice_series=series,
        invoice_number=take_number(session, series),
        cash_received=asked.cash_received,
    )
    session.add(sale)
    session.flush()
    write_lines(session, sale.ticket_number, lines)
    taken = {line.product_id: -line.quantity for line in lines}
    move_products(session, location_id, taken, Reason(MovementKind.SALE, reference(sale)))
    note_deed("sale", amount)
    return fetch_sale(session, sale.id)


def correct(session: Session, sale_id: UUID, correction: CorrectionIn) -> dict[str, Any]:
    """Make a ticket say what it should have said; stock moves by the difference.

    Products that were on the ticket keep the price they were sold at. A correction that changes
    nothing leaves the ticket as it is.

    Raises:
        NotFound: there is no such ticket.
        InvalidRequest: a product that was not on the ticket does not exist, or is not for sale.
        Conflict: there is not enough for what is added, the ticket's till was counted, or pieces
            of it came back; nothing has changed.
    """
    sale = lock_sale(session, sale_id)
    changed = _correct_lines(session, sale, correction)
    changed |= _correct_payment(session, sale, correction)
    if changed:
        sale.status = SaleStatus.CORRECTED
        session.flush()
    return fetch_sale(session, sale_id)


def lock_sale(session: Session, sale_id: UUID) -> Sale:
    """Return a ticket, locked: of two changes of one ticket the second waits.

    Raises:
        NotFound: there is no such ticket.
    """
    sale = session.scalar(select(Sale).where(Sale.id == sale_id).with_for_update())
    if sale is None:
        raise NotFound(NO_SALE)
    return sale


def _ensure_correctable(session: Session, sale: Sale) -> None:
    """Check that a ticket may change: a return, and what was counted or returned, stays."""
    if sale.returns_ticket is not None:
        raise Conflict("Una devolución no se corrige.", code="sale_is_return")
    back = select(Sale.id).where(Sale.returns_ticket == sale.ticket_number).limit(1)
    if session.scalar(back) is not None:
        raise Conflict(
            "De este ticket ya se ha devuelto algo: no se puede corregir.", code="sale_returned"
        )
    if not is_open(session, sale.till_session_id):
        raise Conflict(
            "La caja de este ticket ya está cerrada: haz una devolución.", code="till_closed"
        )


def _correct_payment(session: Session, sale: Sale, correction: CorrectionIn) -> bool:
    """Change how a ticket was paid; cash that is not enough any more is forgotten."""
    method = correction.payment_method or sale.payment_method
    given = correction.cash_received
    is_cash = method is PaymentMethod.CASH
    ensure_enough_cash(given, is_cash, sale.total)
    if given is None and is_cash and sale.cash_received is not None:
        given = sale.cash_received if sale.cash_received >= sale.total else None
    if (method, given) == (sale.payment_method, sale.cash_received):
        return False
    _ensure_correctable(session, sale)
    sale.payment_method, sale.cash_received = method, given
    return True


def _correct_lines(session: Session, sale: Sale, correction: CorrectionIn) -> bool:
    if correction.lines is None:
        return False
    before = read_lines(session, sale.ticket_number)
    quantities = merge(correction.lines, MOST_ON_A_TICKET)
    changes: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in before:
        changes[line.product_id] += line.quantity
    for product_id, quantity in quantities.items():
        changes[product_id] -= quantity
    if not any(changes.values()):
        return False
    _ensure_correctable(session, sale)
    lines = price(session, correction.lines, quantities, before)
    reason = Reason(MovementKind.CORRECTION, reference(sale), "Corrección de ticket")
    move_products(session, sale.location_id, changes, reason)
    session.execute(delete(SaleLine).where(SaleLine.ticket_number == sale.ticket_number))
    write_lines(session, sale.ticket_number, lines)
    sale.total = total(lines)
    return True


def read_lines(session: Session, ticket: int) -> list[Line]:
    """The lines of a ticket."""
    statement = select(
        SaleLine.product_id, SaleLine.quantity, SaleLine.unit_price, SaleLine.vat_percent
    ).where(SaleLine.ticket_number == ticket)
    return [Line(*row) for row in session.execute(statement.order_by(SaleLine.line_number))]


def write_lines(session: Session, ticket: int, lines: Sequence[Line]) -> None:
    """Write the lines of a ticket, which has none."""
    rows = [
        {
            "ticket_number": ticket,
            "line_number": number,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "vat_percent": line.vat_percent,
        }
        for number, line in enumerate(lines, start=1)
    ]
    session.execute(insert(SaleLine).values(rows))


def reference(sale: Sale) -> str:
    """What the ledger calls a ticket."""
    return f"Ticket {sale.ticket_number}"
