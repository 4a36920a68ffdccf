"""What tills and orders change."""

from decimal import Decimal

from app.bakery.clock import MADRID
from app.bakery.documents.numbering import note_series, sale_series
from app.bakery.inventory.models import MovementKind
from app.bakery.living import events as happened
from app.bakery.living.books import Books
from app.bakery.living.effects.moving import has, shelve
from app.bakery.orders.models import OrderStatus
from app.bakery.pos.models import PaymentMethod


def till_opened(books: Books, event: happened.TillOpened) -> bool:
    """Open a till where none is open."""
    if books.open_till(event.location_id) is not None:
        return False
    books.add(
        "till_sessions",
        {
            "id": event.till_id,
            "location_id": event.location_id,
            "opened_by": event.opened_by,
            "opened_at": event.at,
            "closed_at": None,
            "opening_cash": event.opening_cash,
            "closing_cash": None,
            "closing_card": None,
            "closing_bizum": None,
        },
    )
    return True


def till_closed(books: Books, event: happened.TillClosed) -> bool:
    """Count the till that is open."""
    till = books.open_till(event.location_id)
    if till is None:
        return False
    taken = {method: books.taken[till["id"], method.value] for method in PaymentMethod}
    books.change(
        "till_sessions",
        till,
        closed_at=event.at,
        closing_cash=till["opening_cash"] + taken[PaymentMethod.CASH] + event.miscount,
        closing_card=taken[PaymentMethod.CARD],
        closing_bizum=taken[PaymentMethod.BIZUM],
    )
    return True


def sold(books: Books, event: happened.Sold) -> bool:
    """Ring up a ticket, if the till is open and the pieces are there."""
    till = books.open_till(event.location_id)
    pieces = [(product_id, -count) for product_id, count, _, _ in event.lines]
    if till is None or not has(books, event.at, event.location_id, pieces):
        return False
    total = sum((count * price for _, count, price, _ in event.lines), Decimal(0))
    series = sale_series(event.location_id, event.at.astimezone(MADRID).year)
    sale = books.add(
        "sales",
        {
            "id": event.sale_id,
            "ticket_number": None,
            "till_session_id": till["id"],
            "location_id": event.location_id,
            "sold_at": event.at,
            "payment_method": event.payment_method,
            "status": event.status,
            "total": total,
            "updated_at": event.at,
            "invoice_series": series,
            "invoice_number": books.next_number(series),
            "cash_received": event.cash_received,
        },
    )
    lines = [
        books.add(
            "sale_lines",
            {
                "product_id": product_id,
                "ticket_number": None,
                "line_number": number,
                "quantity": Decimal(count),
                "unit_price": price,
                "vat_percent": vat,
            },
        )
        for number, (product_id, count, price, vat) in enumerate(event.lines, start=1)
    ]
    books.taken[till["id"], event.payment_method] += total
    moved = shelve(books, event.at, event.location_id, pieces, MovementKind.SALE, None, None)
    books.tickets.append((sale, lines, moved))
    return True


def order_placed(books: Books, event: happened.OrderPlaced) -> bool:
    """Write down a customer's order."""
    total = sum((count * price for _, count, price, _ in event.lines), Decimal(0))
    books.add(
        "orders",
        {
            "id": event.order_id,
            "customer_id": event.customer_id,
            "status": OrderStatus.PENDING.value,
            "ordered_at": event.at,
            "due_on": event.due_on,
            "notes": event.notes,
            "total": total,
            "updated_at": event.at,
            "delivery_from": event.delivery_from,
            "delivery_to": event.delivery_to,
            "is_standing": event.is_standing,
            "note_series": None,
            "note_number": None,
            "delivered_at": None,
        },
    )
    for number, (product_id, count, price, vat) in enumerate(event.lines, start=1):
        books.add(
            "order_lines",
            {
                "order_id": event.order_id,
                "line_number": number,
                "product_id": product_id,
                "quantity": Decimal(count),
                "unit_price": price,
                "vat_percent": vat,
            },
        )
    return True


def order_moved(books: Books, event: happened.OrderMoved) -> bool:
    """Move an order on that no one has changed; a delivery needs its pieces."""
    order = books.get("orders", event.order_id)
    if order is None or order["status"] != event.was or order["total"] != event.total:
        return False
    pieces = [(product_id, -count) for product_id, count in event.delivered]
    if not has(books, event.at, event.location_id, pieces):
        return False
    books.change("orders", order, status=event.status, updated_at=event.at)
    if event.status == OrderStatus.DELIVERED:
        series = note_series(event.at.astimezone(MADRID).year)
        number = books.next_number(series)
        note = {"note_series": series, "note_number": number, "delivered_at": event.at}
        books.change("orders", order, **note)
    kind, reason = MovementKind.SALE, "Pedido entregado"
    shelve(books, event.at, event.location_id, pieces, kind, event.reference, reason)
    return True
