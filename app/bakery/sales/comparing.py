"""Sales against those of the same weekday a week and a year before, by day and by shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Subquery,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.bakery.business.models import Location
from app.bakery.clock import MADRID, now, today
from app.bakery.listing import Listing, folded, paginate
from app.bakery.pos.models import Sale
from app.bakery.sales.schemas import ChannelQuery, DailyQuery
from app.bakery.sales.service import (
    asked_of,
    count_to,
    day_listing,
    period_of,
    sums_by_day,
    sums_of,
)
from app.bakery.sales.sold import TICKETS, in_days, sold_by_day, takings_by_day

WEEK, YEAR = 7, 364
"""Days back to the same weekday: a year has 52 weeks and a day."""


def list_comparison(session: Session, query: DailyQuery) -> dict[str, Any]:
    """A page of days, each with the same weekday of last week and of last year.

    Today is not over: last week's day counts up to this time of the day. Of last year whole days
    are known, `is_partial` says that today is set against one.
    """
    first, last = period_of(query)
    sold = sums_by_day(first, last, query)
    week = _day_before(first, last, query, WEEK, now() - timedelta(days=WEEK))
    year = _day_before(first, last, query, YEAR)
    numbers = count_to((last - first).days)
    day: ColumnElement[Any] = literal(first, Date) + numbers.c.number
    amount = func.coalesce(sold.c.amount, 0)
    tickets = func.coalesce(sold.c.tickets, 0)
    statement = (
        select(
            day.label("day"),
            tickets.label("tickets"),
            func.coalesce(sold.c.pieces, 0).label("pieces"),
            amount.label("amount"),
            (day == literal(today(), Date)).label("is_partial"),
            (day - WEEK).label("last_week_day"),
            func.coalesce(week.c.amount, 0).label("last_week_amount"),
            _change(amount, week.c.amount).label("last_week_change"),
            (day - YEAR).label("last_year_day"),
            func.coalesce(year.c.amount, 0).label("last_year_amount"),
            _change(amount, year.c.amount).label("last_year_change"),
        )
        .select_from(numbers)
        .outerjoin(sold, sold.c.day == day)
        .outerjoin(week, week.c.day == day)
        .outerjoin(year, year.c.day == day)
    )
    return paginate(session, statement, day_listing(day, amount, tickets), query)


def _day_before(
    first: date, last: date, query: ChannelQuery, ago: int, until: datetime | None = None
) -> Subquery:
    """What was taken on each day `ago` days before those of the period, under the later day."""
    back = timedelta(days=ago)
    every = takings_by_day(first - back, last - back, until)
    day = (every.c.day + literal(ago, Integer)).label("day")
    amount = func.sum(every.c.amount).label("amount")
    statement = select(day, amount).where(*asked_of(every, query))
    return statement.group_by(every.c.day).subquery()


def _change(amount: Any, before: Any) -> ColumnElement[Any]:
    """The change in per cent; none against nothing."""
    change: ColumnElement[Any] = (amount - before) * 100 / func.nullif(before, 0)
    return change


def list_locations(session: Session, query: ChannelQuery) -> dict[str, Any]:
    """A page of shops and channels with what they sold in the period, a week and a year before."""
    first, last = period_of(query)
    every = sold_by_day(first, last)
    sold = _by_place(every, query, *sums_of(every))
    week = _place_before(first, last, query, WEEK, now() - timedelta(days=WEEK))
    year = _place_before(first, last, query, YEAR)
    everything = func.nullif(func.sum(sold.c.amount).over(), 0)
    statement = (
        select(
            sold.c.location_id,
            Location.name.label("location_name"),
            sold.c.channel,
            sold.c.tickets,
            sold.c.pieces,
            sold.c.amount,
            func.coalesce(sold.c.amount * 100 / everything, 0).label("share"),
            func.coalesce(week.c.amount, 0).label("last_week_amount"),
            _change(sold.c.amount, week.c.amount).label("last_week_change"),
            func.coalesce(year.c.amount, 0).label("last_year_amount"),
            _change(sold.c.amount, year.c.amount).label("last_year_change"),
        )
        .join(Location, Location.id == sold.c.location_id)
        .outerjoin(week, _same_place(sold, week))
        .outerjoin(year, _same_place(sold, year))
    )
    listing = Listing(
        sorts={
            "amount": sold.c.amount,
            "tickets": sold.c.tickets,
            "location_name": folded(Location.name),
            "channel": sold.c.channel,
        },
        default="-amount",
        tie_breakers=(sold.c.location_id, sold.c.channel),
        computed=True,
        search=(Location.name,),
    )
    return paginate(session, statement, listing, query)


def _by_place(every: Subquery, query: ChannelQuery, *sums: Any) -> Subquery:
    place = (every.c.location_id, every.c.channel)
    return select(*place, *sums).where(*asked_of(every, query)).group_by(*place).subquery()


def _place_before(
    first: date, last: date, query: ChannelQuery, ago: int, until: datetime | None = None
) -> Subquery:
    back = timedelta(days=ago)
    every = takings_by_day(first - back, last - back, until)
    return _by_place(every, query, func.sum(every.c.amount).label("amount"))


def _same_place(one: Subquery, other: Subquery) -> ColumnElement[bool]:
    return (one.c.location_id == other.c.location_id) & (one.c.channel == other.c.channel)


@dataclass(frozen=True, slots=True)
class ShopDay:
    """What the tills took on a day: in all, on how many tickets, and until an hour of it."""

    amount: Decimal = Decimal(0)
    tickets: int = 0
    until: Decimal = Decimal(0)


def fetch_shop_days(session: Session, days: Sequence[date], hour: int) -> dict[date, ShopDay]:
    """Return what the tills took on some days: the tickets' totals say it, no line is read."""
    local = func.timezone(MADRID.key, Sale.sold_at)
    day = cast(local, Date)
    statement = (
        select(
            day,
            func.sum(Sale.total),
            func.sum(TICKETS),
            func.coalesce(func.sum(Sale.total).filter(func.extract("hour", local) < hour), 0),
        )
        .where(or_(*(and_(*in_days(each, each)) for each in days)))
        .group_by(day)
    )
    found = {row[0]: ShopDay(*row[1:]) for row in session.execute(statement)}
    return {each: found.get(each, ShopDay()) for each in days}
