"""The bakery's calendar: which day it is, and when a day begins and ends."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app import clock

MADRID = ZoneInfo("Europe/Madrid")
"""The time zone of every bakery; the `daily_sales` view counts days in it, too."""


def now() -> datetime:
    """The present moment, on the bakery's clock."""
    return clock.now().astimezone(MADRID)


def today() -> date:
    """The present day in the bakery."""
    return now().date()


def day_start(day: date) -> datetime:
    """The first moment of a day in the bakery."""
    return datetime.combine(day, time.min, MADRID)


def day_end(day: date) -> datetime:
    """The first moment after a day in the bakery."""
    return day_start(day + timedelta(days=1))
