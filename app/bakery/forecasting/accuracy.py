"""How far off the models were over the past weeks: what they said of each day, and what was sold.

Beside it stands the plainest guess there is: the same day of the week before.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.forecasting.models import ForecastModel, ForecastPrediction
from app.bakery.sales.sold import pieces_by_day

WEEKS = 6
"""At most so many are looked at, the present one included."""
WEEK = timedelta(days=7)

Sold = Mapping[tuple[int, date], Decimal]
"""The pieces that the shops sold, by product and day."""


@dataclass
class _Sums:
    """What adds up over the days and products of a week."""

    sold: Decimal = Decimal(0)
    off: Decimal = Decimal(0)
    more: Decimal = Decimal(0)
    naive_off: Decimal = Decimal(0)
    days: set[date] = field(default_factory=set)


def measure_weeks(session: Session) -> list[dict[str, Any]]:
    """Return the errors of the past weeks, the oldest first, in per cent of what was sold.

    A day counts when the shops were open on it and the models had said something of it.
    """
    first = today() - timedelta(days=today().weekday()) - (WEEKS - 1) * WEEK
    sold = _fetch_sold(session, first - WEEK)
    opened = {day for _, day in sold}
    weeks: defaultdict[date, _Sums] = defaultdict(_Sums)
    for product_id, day, foreseen in _fetch_foreseen(session, first):
        if day not in opened or day - WEEK not in opened:
            continue
        sums, real = weeks[day - timedelta(days=day.weekday())], sold.get((product_id, day), 0)
        sums.days.add(day)
        sums.sold += real
        sums.off += abs(foreseen - real)
        sums.more += foreseen - real
        sums.naive_off += abs(sold.get((product_id, day - WEEK), Decimal(0)) - real)
    return [_percent(week, sums) for week, sums in sorted(weeks.items()) if sums.sold > 0]


def _percent(week: date, sums: _Sums) -> dict[str, Any]:
    return {
        "week": week,
        "days": len(sums.days),
        "sold": sums.sold,
        "error_percent": 100 * sums.off / sums.sold,
        "naive_error_percent": 100 * sums.naive_off / sums.sold,
        "bias_percent": 100 * sums.more / sums.sold,
    }


def _fetch_sold(session: Session, first: date) -> Sold:
    sold = pieces_by_day(first, today() - timedelta(days=1))
    statement = select(
        sold.c.product_id, sold.c.day, func.sum(sold.c.quantity).label("quantity")
    ).group_by(sold.c.product_id, sold.c.day)
    rows = session.execute(statement)
    return {(row.product_id, row.day): Decimal(row.quantity) for row in rows}


def _fetch_foreseen(session: Session, first: date) -> list[tuple[int, date, Decimal]]:
    statement = (
        select(
            ForecastModel.product_id, ForecastPrediction.predicted_for, ForecastPrediction.quantity
        )
        .join(ForecastModel, ForecastModel.id == ForecastPrediction.model_id)
        .where(ForecastPrediction.predicted_for.between(first, today() - timedelta(days=1)))
    )
    return [(row.product_id, row.predicted_for, row.quantity) for row in session.execute(statement)]
