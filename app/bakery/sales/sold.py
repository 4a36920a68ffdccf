"""What was sold, from the tickets, the delivered orders and the days before them, as one relation.

Each source is asked for its own days, so that an index leads to them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Numeric,
    Select,
    Subquery,
    TableValuedAlias,
    case,
    cast,
    column,
    func,
    literal,
    null,
    select,
    union_all,
)

from app.bakery.business.models import Location, LocationKind
from app.bakery.clock import MADRID, day_end, day_start
from app.bakery.orders.models import Customer, CustomerKind, Order, OrderLine, OrderStatus
from app.bakery.pos.models import Sale, SaleLine
from app.bakery.sales.models import SalesChannel, SalesHistory

TICKETS = case((Sale.returns_ticket.is_(None), 1), else_=0)
"""What a row of the till counts as: a return is none, it takes off a ticket's amount."""
DELIVERED = func.coalesce(OrderLine.delivered, OrderLine.quantity)
_HOME = select(func.min(Location.id)).where(Location.kind != LocationKind.SHOP).scalar_subquery()
"""The location that delivers orders."""


def sold_by_ticket(first: date, last: date) -> Subquery:
    """Tickets with their time on the bakery's clock, location, pieces and amount.

    `tickets` is what a row counts as.
    """
    rung = _rung_up(first, last)
    pieces = (
        select(SaleLine.ticket_number, func.sum(SaleLine.quantity).label("pieces"))
        .where(_on_tickets_of(rung))
        .group_by(SaleLine.ticket_number)
        .subquery()
    )
    return (
        select(
            func.timezone(MADRID.key, rung.c.sold_at).label("local_time"),
            rung.c.location_id,
            rung.c.tickets,
            func.coalesce(pieces.c.pieces, 0).label("pieces"),
            rung.c.total.label("amount"),
        )
        .outerjoin(pieces, pieces.c.ticket_number == rung.c.ticket_number)
        .subquery()
    )


def sold_by_day(first: date, last: date) -> Subquery:
    """Days with their location, channel, tickets (or orders), pieces and amount.

    A day has several rows; orders count on the day they are due.
    """
    each = sold_by_ticket(first, last)
    tickets = select(
        cast(each.c.local_time, Date).label("day"),
        each.c.location_id,
        _channel(SalesChannel.SHOP),
        each.c.tickets,
        each.c.pieces,
        each.c.amount,
    )
    ordered = (
        select(func.coalesce(func.sum(DELIVERED), 0))
        .where(OrderLine.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    orders = (
        select(
            Order.due_on,
            _HOME,
            _channel(SalesChannel.TRADE),
            literal(1),
            ordered,
            Order.total,
        )
        .join(Customer, Customer.id == Order.customer_id)
        .where(*_delivered(first, last))
    )
    history = select(
        SalesHistory.day,
        SalesHistory.location_id,
        SalesHistory.channel,
        SalesHistory.tickets,
        _sum_of(SalesHistory.quantities),
        _sum_of(SalesHistory.cents) / literal(100, Numeric),
    ).where(SalesHistory.day.between(first, last))
    return _together(tickets, orders, history)


def takings_by_day(first: date, last: date, until: datetime | None = None) -> Subquery:
    """Days with their location, channel and amount: the tickets' totals say it, no line is read.

    What was sold or delivered after `until` is left out; the history knows whole days.
    """
    tickets = select(
        cast(func.timezone(MADRID.key, Sale.sold_at), Date).label("day"),
        Sale.location_id,
        _channel(SalesChannel.SHOP),
        Sale.total.label("amount"),
    ).where(*in_days(first, last), *_before(Sale.sold_at, until))
    orders = (
        select(Order.due_on, _HOME, _channel(SalesChannel.TRADE), Order.total)
        .join(Customer, Customer.id == Order.customer_id)
        .where(*_delivered(first, last), *_before(Order.delivered_at, until))
    )
    history = select(
        SalesHistory.day,
        SalesHistory.location_id,
        SalesHistory.channel,
        _sum_of(SalesHistory.cents) / literal(100, Numeric),
    ).where(SalesHistory.day.between(first, last))
    return _together(tickets, orders, history)


def sold_by_product(first: date, last: date) -> Subquery:
    """Products with their location, channel, tickets (or orders), quantity and amount.

    A product has many rows. What the history keeps of a day does not say on how many tickets a
    product was.
    """
    rung = _rung_up(first, last)
    tickets = (
        select(
            SaleLine.product_id,
            rung.c.location_id,
            _channel(SalesChannel.SHOP),
            rung.c.tickets,
            SaleLine.quantity,
            SaleLine.amount,
        )
        .join(rung, rung.c.ticket_number == SaleLine.ticket_number)
        .where(_on_tickets_of(rung))
    )
    orders = (
        select(
            OrderLine.product_id,
            _HOME,
            _channel(SalesChannel.TRADE),
            literal(1),
            DELIVERED,
            OrderLine.amount,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .join(Customer, Customer.id == Order.customer_id)
        .where(*_delivered(first, last))
    )
    sold = _items_of_history()
    history = (
        select(
            sold.c.product_id,
            SalesHistory.location_id,
            SalesHistory.channel,
            null(),
            sold.c.quantity,
            sold.c.cents / literal(100, Numeric),
        )
        .select_from(SalesHistory)
        .join(sold, literal(True))
        .where(SalesHistory.day.between(first, last))
    )
    return _together(tickets, orders, history)


def pieces_by_day(first: date, last: date) -> Subquery:
    """Products with a day and the quantity that the shops sold on it; a day has many rows."""
    rung = _rung_up(first, last)
    day = cast(func.timezone(MADRID.key, rung.c.sold_at), Date).label("day")
    tickets = (
        select(SaleLine.product_id, day, SaleLine.quantity)
        .join(rung, rung.c.ticket_number == SaleLine.ticket_number)
        .where(_on_tickets_of(rung))
    )
    sold = _items_of_history()
    history = (
        select(sold.c.product_id, SalesHistory.day, sold.c.quantity)
        .select_from(SalesHistory)
        .join(sold, literal(True))
        .where(SalesHistory.day.between(first, last), SalesHistory.channel == SalesChannel.SHOP)
    )
    return _together(tickets, history)


def _items_of_history() -> TableValuedAlias:
    """What the history keeps of a day's products, as rows."""
    item = func.unnest(
        SalesHistory.product_ids, SalesHistory.quantities, SalesHistory.cents
    ).table_valued(
        column("product_id", Integer), column("quantity", Integer), column("cents", Integer)
    )
    return item.render_derived(name="sold")


def _together(*sources: Select[*tuple[Any, ...]]) -> Subquery:
    every: CompoundSelect[*tuple[Any, ...]] = union_all(*sources)
    return every.subquery("sold_everywhere")


def _channel(channel: SalesChannel) -> Any:
    return cast(literal(channel.value), SalesHistory.channel.type).label("channel")


def _rung_up(first: date, last: date) -> CTE:
    """The tickets of some days, read once: their lines are found by the range of their numbers."""
    return (
        select(
            Sale.ticket_number,
            Sale.sold_at,
            Sale.location_id,
            Sale.total,
            TICKETS.label("tickets"),
        )
        .where(*in_days(first, last))
        .cte()
    )


def in_days(first: date, last: date) -> tuple[Any, ...]:
    """Return the conditions of tickets of these days."""
    return Sale.sold_at >= day_start(first), Sale.sold_at < day_end(last)


def _on_tickets_of(rung: CTE) -> ColumnElement[bool]:
    """Lines between the first and the last of these tickets: a range of the index, not each one."""
    numbers = rung.c.ticket_number
    lowest = select(func.min(numbers)).scalar_subquery()
    highest = select(func.max(numbers)).scalar_subquery()
    return SaleLine.ticket_number.between(lowest, highest)


def _delivered(first: date, last: date) -> tuple[Any, ...]:
    """Orders of persons and businesses; our own shops sell what they get."""
    return (
        Order.due_on.between(first, last),
        Order.status == OrderStatus.DELIVERED,
        Customer.kind != CustomerKind.SATELLITE,
    )


def _before(moment: Any, until: datetime | None) -> tuple[Any, ...]:
    return () if until is None else (moment < until,)


def _sum_of(array: Any) -> Any:
    """The sum of an array's items."""
    item = func.unnest(array).table_valued(column("item", Integer)).render_derived(name="items")
    return select(func.coalesce(func.sum(item.c.item), 0)).scalar_subquery()
