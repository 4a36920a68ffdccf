"""Sales by day, by hour of the day and by product."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Subquery,
    TableValuedAlias,
    Text,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.listing import Listing, folded, paginate
from app.bakery.pos.models import Product
from app.bakery.sales.schemas import LONGEST_PERIOD, ChannelQuery, DailyQuery, SalesQuery
from app.bakery.sales.sold import sold_by_day, sold_by_product, sold_by_ticket
from app.errors import InvalidRequest
from app.language.texts import _


def period_of(query: SalesQuery) -> tuple[date, date]:
    """First and last day asked for.

    Raises:
        InvalidRequest: that is more than a year.
    """
    last = query.to or (max(today(), query.from_) if query.from_ else today())
    first = query.from_ or last - timedelta(days=29)
    if (last - first).days >= LONGEST_PERIOD:
        sentence = _("El periodo puede tener como mucho %(days)s días.", days=LONGEST_PERIOD)
        raise InvalidRequest(sentence, errors={"query": {"from": [sentence]}})
    return first, last


def asked_of(sold: Subquery, query: ChannelQuery) -> list[Any]:
    """The conditions for the location and the channel asked for."""
    conditions = []
    if query.location_id is not None:
        conditions.append(sold.c.location_id == query.location_id)
    if query.channel is not None:
        conditions.append(sold.c.channel == query.channel)
    return conditions


def count_to(last: int) -> TableValuedAlias:
    """The rows 0, 1, 2 … `last`: what was sold joins them, so that nothing sold shows as well."""
    return func.generate_series(0, last).table_valued(column("number", Integer)).render_derived()


def list_days(session: Session, query: DailyQuery) -> dict[str, Any]:
    """A page of days, those on which nothing was sold included."""
    first, last = period_of(query)
    sold = sums_by_day(first, last, query)
    numbers = count_to((last - first).days)
    day = literal(first, Date) + numbers.c.number
    amount = func.coalesce(sold.c.amount, 0)
    tickets = func.coalesce(sold.c.tickets, 0)
    statement = (
        select(
            day.label("day"),
            tickets.label("tickets"),
            func.coalesce(sold.c.pieces, 0).label("pieces"),
            amount.label("amount"),
            (amount / func.greatest(tickets, 1)).label("average_ticket"),
        )
        .select_from(numbers)
        .outerjoin(sold, sold.c.day == day)
    )
    return paginate(session, statement, day_listing(day, amount, tickets), query)


def sums_by_day(first: date, last: date, query: ChannelQuery) -> Subquery:
    """What was sold on each day of a period, of the location and the channel asked for."""
    every = sold_by_day(first, last)
    statement = select(every.c.day, *sums_of(every)).where(*asked_of(every, query))
    return statement.group_by(every.c.day).subquery()


def sums_of(sold: Subquery) -> tuple[ColumnElement[Any], ...]:
    """The sums of what was sold, under the names of their columns."""
    names = ("tickets", "pieces", "amount")
    return tuple(func.sum(sold.c[name]).label(name) for name in names)


def day_listing(
    day: ColumnElement[Any], amount: ColumnElement[Any], tickets: ColumnElement[Any]
) -> Listing:
    """How a list of days is sorted and searched."""
    return Listing(
        sorts={"day": day, "amount": amount, "tickets": tickets},
        default="day",
        tie_breakers=(day,),
        computed=True,
        search=(cast(day, Text),),
    )


def list_hours(session: Session, query: SalesQuery) -> dict[str, Any]:
    """The hours of a day on the bakery's clock, quiet ones included. Only tickets have an hour."""
    sold = _sold_by_hour(query)
    numbers = count_to(23)
    hour = numbers.c.number
    amount = func.coalesce(sold.c.amount, 0)
    tickets = func.coalesce(sold.c.tickets, 0)
    statement = (
        select(
            hour.label("hour"),
            tickets.label("tickets"),
            func.coalesce(sold.c.pieces, 0).label("pieces"),
            amount.label("amount"),
        )
        .select_from(numbers)
        .outerjoin(sold, sold.c.hour == hour)
    )
    listing = Listing(
        sorts={"hour": hour, "amount": amount, "tickets": tickets},
        default="hour",
        tie_breakers=(hour,),
        computed=True,
        search=(cast(hour, Text),),
    )
    return paginate(session, statement, listing, query)


def _sold_by_hour(query: SalesQuery) -> Subquery:
    each = sold_by_ticket(*period_of(query))
    hour = cast(func.extract("hour", each.c.local_time), Integer).label("hour")
    sold = select(
        hour,
        func.sum(each.c.tickets).label("tickets"),
        func.sum(each.c.pieces).label("pieces"),
        func.sum(each.c.amount).label("amount"),
    )
    if query.location_id is not None:
        sold = sold.where(each.c.location_id == query.location_id)
    return sold.group_by(hour).subquery()


def list_products(session: Session, query: ChannelQuery) -> dict[str, Any]:
    """A page of the products sold in the period, the best sold first."""
    every = sold_by_product(*period_of(query))
    sold = (
        select(
            every.c.product_id,
            func.sum(every.c.quantity).label("quantity"),
            func.coalesce(func.sum(every.c.tickets), 0).label("tickets"),
            func.sum(every.c.amount).label("amount"),
            func.sum(func.sum(every.c.amount)).over().label("everything"),
        )
        .where(*asked_of(every, query))
        .group_by(every.c.product_id)
        .subquery()
    )
    statement = select(
        sold.c.product_id,
        Product.name.label("product_name"),
        Product.category,
        sold.c.quantity,
        sold.c.tickets,
        sold.c.amount,
        func.coalesce(sold.c.amount * 100 / func.nullif(sold.c.everything, 0), 0).label("share"),
    ).join(Product, Product.id == sold.c.product_id)
    listing = Listing(
        sorts={
            "amount": sold.c.amount,
            "quantity": sold.c.quantity,
            "tickets": sold.c.tickets,
            "product_name": folded(Product.name),
        },
        default="-amount",
        tie_breakers=(sold.c.product_id,),
        computed=True,
        search=(Product.name, Product.category),
    )
    return paginate(session, statement, listing, query)
