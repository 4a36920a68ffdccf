"""A plain seasonal forecast: the same weekday of late, times the season of last year.

It is honest about itself: its error is what it would have been off by over the last weeks, each
day foreseen with what was known the day before, beside that of the plainest guess there is, the
same day of the week before.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

WEEKS = 6
"""Of so many weeks the same weekday is averaged."""
LOOK_BACK = 10
"""Weeks in which they are looked for: a bakery is closed now and then."""
YEAR = timedelta(days=364)
"""So many days ago it was the same weekday, in the same season."""
WEEK = timedelta(days=7)
TESTED_DAYS = 28
LEAST_DAYS = 14
"""Open days that a test must have to say anything."""
STEADIEST, WILDEST = 0.5, 2.0
"""A season changes sales by no more than this: what differs more is chance."""
INTERVAL = 0.8

Sold = Mapping[date, float]
Days = AbstractSet[date]


@dataclass(frozen=True)
class Quality:
    """How far off the forecast was over the days tested, in per cent of what was sold."""

    wape: float
    mape: float
    bias: float
    naive_wape: float
    days: int
    lower: float
    """Of ten days, one sold less than this share of its forecast."""
    upper: float


def expect(sold: Sold, opened: Days, day: date, known_until: date) -> float:
    """Return the pieces to expect on a day, knowing only the days before `known_until`."""
    references = _references(opened, day, known_until)
    level = fmean(sold.get(each, 0.0) for each in references) if references else 0.0
    a_year_ago = _mean_of(sold, opened, (day - YEAR + n * WEEK for n in (-1, 0, 1)))
    if level == 0:
        return a_year_ago  # it is coming into season, or never sold
    then = _mean_of(sold, opened, (each - YEAR for each in references))
    if then == 0:
        return level
    return level * min(max(a_year_ago / then, STEADIEST), WILDEST)


def _references(opened: Days, day: date, known_until: date) -> list[date]:
    """The last open days of the same weekday that are known."""
    weeks = range(1, 1 + LOOK_BACK + (day - known_until).days // 7)
    found = (day - n * WEEK for n in weeks)
    return [each for each in found if each < known_until and each in opened][:WEEKS]


def _mean_of(sold: Sold, opened: Days, days: Iterator[date]) -> float:
    values = [sold.get(each, 0.0) for each in days if each in opened]
    return fmean(values) if values else 0.0


def measure(sold: Sold, opened: Days, today: date) -> Quality | None:
    """Foresee each of the last days with what was known before it; None if there are too few."""
    days = [today - timedelta(days=n) for n in range(1, TESTED_DAYS + 1)]
    days = [day for day in days if day in opened]
    actual = [sold.get(day, 0.0) for day in days]
    total = sum(actual)
    if len(days) < LEAST_DAYS or total == 0:
        return None
    foreseen = [expect(sold, opened, day, day) for day in days]
    naive = [sold.get(day - WEEK, 0.0) for day in days]
    pairs = list(zip(actual, foreseen, strict=True))
    shares = sorted(real / guess for real, guess in pairs if guess > 0)
    lower, upper = _bounds(shares)
    return Quality(
        wape=100 * sum(abs(real - guess) for real, guess in pairs) / total,
        mape=100 * fmean(abs(real - guess) / real for real, guess in pairs if real > 0),
        bias=100 * sum(guess - real for real, guess in pairs) / total,
        naive_wape=100 * sum(abs(a - b) for a, b in zip(actual, naive, strict=True)) / total,
        days=len(days),
        lower=lower,
        upper=upper,
    )


def _bounds(shares: list[float]) -> tuple[float, float]:
    """Between which shares of the forecast eight of ten days were; the forecast is inside."""
    if not shares:
        return STEADIEST, WILDEST
    cut = round((1 - INTERVAL) / 2 * len(shares))
    return min(1.0, shares[cut]), max(1.0, shares[-1 - cut])
