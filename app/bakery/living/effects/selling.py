"""What tills and orders change."""

from decimal import Decimal

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
        },
    )
    return True


def till_closed(books: Books, event: happened.TillClosed) -> bool:
    """Count the till that is open."""
    till = books.open_till(event.location_id)
    if till is None:
        return False
    counted = till["opening_cash"] + books.cash[till["id"]] + event.miscount
    books.change("till_sessions", till, closed_at=event.at, closing_cash=counted)
    return True


def sold(books: Books, event: happened.Sold) -> bool:
    """Ring up a ticket, if the till is open and the pieces are there."""
    till = books.open_till(event.location_id)
    pieces = [(product_id, -count) for product_id, count, _, _ in event.lines]
    if till is None or not has(books, event.at, event.location_id, pieces):
        return False
    total = sum((count * price for _, count, price, _ in event.lines), Decimal(0))
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
        },
    )
    for number, (product_id, count, price, vat) in enumerate(event.lines, start=1):
        books.add(
            "sale_lines",
            {
                "sale_id": event.sale_id,
                "line_number": number,
                "product_id": product_id,
                "quantity": Decimal(count),
                "unit_price": price,
                "vat_percent": vat,
            },
        )
    if event.payment_method == PaymentMethod.CASH:
        books.cash[till["id"]] += total
    moved = shelve(books, event.at, event.location_id, pieces, MovementKind.SALE, None, None)
    books.tickets.append((sale, moved))
    return True


def order_placed(books: Books, event: happened.OrderPlaced) -> bool:
    """Write down a customer's order."""
    total = sum((count * price for _, count, price in event.lines), Decimal(0))
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
        },
    )
    for number, (product_id, count, price) in enumerate(event.lines, start=1):
        books.add(
            "order_lines",
            {
                "order_id": event.order_id,
                "line_number": number,
                "product_id": product_id,
                "quantity": Decimal(count),
                "unit_price": price,
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
    kind, reason = MovementKind.SALE, "Pedido entregado"
    shelve(books, event.at, event.location_id, pieces, kind, event.reference, reason)
    return True
