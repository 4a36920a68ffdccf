"""Row types, amounts, Madrid time and repeatable random numbers, for all generators of rows."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from seeds.calendar import BakeryCalendar
from seeds.catalogue.kinds import LocationSpec, ProductSpec, Profile

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Quantities = dict[str, int]
"""Pieces by the SKU of a product."""

MADRID = ZoneInfo("Europe/Madrid")
NAMESPACE = UUID("6f0c1f4e-52b0-5d4b-9a53-8f5e1d0c7a11")
DETAIL_WEEKS = 4
"""Whole weeks before this one of which every ticket is kept: five with this one."""
HISTORY_WEEKS = 104
"""Weeks before those, of which the sales of each day are kept."""
DAYS_TO_COME = 1
"""Days after today whose events are known: a visit may last over midnight."""
EPOCH = date(2020, 1, 6)
"""The Monday from which series of numbers count."""


def money(value: Decimal | float) -> Decimal:
    """Euros and cents."""
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def quantity(value: Decimal | float) -> Decimal:
    """Kilograms, litres or pieces, to the gram."""
    return Decimal(str(value)).quantize(Decimal("0.001"), ROUND_HALF_UP)


def unit_cost(value: Decimal | float) -> Decimal:
    """Euros a unit, to the hundredth of a cent."""
    return Decimal(str(value)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def at(day: date, minute: int, second: int = 0) -> datetime:
    """The moment `minute` minutes after midnight on Madrid's clocks."""
    clock = time(minute // 60, minute % 60, second)
    return datetime.combine(day, clock, tzinfo=MADRID)


@dataclass(frozen=True)
class Scene:
    """One bakery in the week of a date: all that its events are a function of.

    Everything begins on a Monday, so that each day of a week tells the same story of the days
    before it.
    """

    profile: Profile
    today: date
    scale: float = 1.0
    """The share of the customers that come: less than all of them for tests."""

    @cached_property
    def calendar(self) -> BakeryCalendar:
        """The bakery's year."""
        return BakeryCalendar(self.profile.local_holidays)

    @property
    def monday(self) -> date:
        """The first day of this week."""
        return self.today - timedelta(days=self.today.weekday())

    @property
    def opens_on(self) -> date:
        """The first day of which every ticket is kept."""
        return self.monday - timedelta(weeks=DETAIL_WEEKS)

    @property
    def last_day(self) -> date:
        """The last day whose events are known."""
        return self.today + timedelta(days=DAYS_TO_COME)

    @cached_property
    def days(self) -> list[date]:
        """The days in detail, oldest first, those to come included."""
        count = (self.last_day - self.opens_on).days + 1
        return [self.opens_on + timedelta(days=n) for n in range(count)]

    @cached_property
    def past_days(self) -> list[date]:
        """The days before those in detail, oldest first."""
        first = self.opens_on - timedelta(weeks=HISTORY_WEEKS)
        return [first + timedelta(days=n) for n in range(7 * HISTORY_WEEKS)]

    @cached_property
    def changes_on(self) -> date:
        """The Monday from which a scenario is different; in an ordinary week, no day."""
        change = self.profile.change
        if change is None:
            return date.max
        return self.monday - timedelta(weeks=change.weeks)

    @cached_property
    def _shift(self) -> timedelta:
        """From this week to the one that a scenario's season is like: whole weeks."""
        change = self.profile.change
        if change is None or change.season is None:
            return timedelta(0)
        like = date(self.monday.year, *change.season)
        return timedelta(weeks=(like - self.monday).days // 7)

    def as_season(self, day: date) -> date:
        """The day, or the one of the same weekday that its demand and price list are like."""
        return day + self._shift if day >= self.changes_on else day

    def demand(self, day: date) -> float:
        """What a scenario multiplies the customers of a day by."""
        change = self.profile.change
        return 1.0 if change is None or day < self.changes_on else change.demand

    def is_there(self, location: LocationSpec, day: date) -> bool:
        """Return False before a shop was opened."""
        change = self.profile.change
        is_new = change is not None and location.name in change.opened
        return not is_new or day >= self.changes_on

    @property
    def weeks(self) -> int:
        """The weeks from the epoch to the first day in detail."""
        return (self.opens_on - EPOCH).days // 7

    @property
    def key(self) -> str:
        """The prefix of the bakery's random seeds and identifiers: it must never change."""
        return f"template_{self.profile.account_type.value}"

    def random_for(self, purpose: str, day: date) -> Random:
        """Random numbers for one purpose on one day.

        They do not depend on today: what happened on a day stays what happened when the template
        is made again tomorrow.
        """
        return Random(f"masa-madre/{self.key}/{purpose}/{day.isoformat()}")

    def document_id(self, kind: str, key: str) -> UUID:
        """The identifier of a document, the same each time."""
        return uuid5(NAMESPACE, f"{self.key}/{kind}/{key}")

    @cached_property
    def products(self) -> dict[str, ProductSpec]:
        """The products by their SKU."""
        return {product.sku: product for product in self.profile.products}

    @cached_property
    def product_ids(self) -> dict[str, int]:
        """The row identifiers of the products by their SKU."""
        return {product.sku: n for n, product in enumerate(self.profile.products, start=1)}

    @cached_property
    def ingredient_ids(self) -> dict[str, int]:
        """The row identifiers of the ingredients by their SKU."""
        return {policy.sku: n for n, policy in enumerate(self.profile.stock, start=1)}

    @cached_property
    def supplier_ids(self) -> dict[str, int]:
        """The row identifiers of the suppliers by their name."""
        return {supplier.name: n for n, supplier in enumerate(self.profile.suppliers, start=1)}

    @cached_property
    def location_ids(self) -> dict[str, int]:
        """The row identifiers of the locations by their name."""
        return {location.name: n for n, location in enumerate(self.profile.locations, start=1)}

    @cached_property
    def selling(self) -> list[LocationSpec]:
        """The locations that have a till."""
        return [location for location in self.profile.locations if location.tickets]

    def selling_on(self, day: date) -> list[LocationSpec]:
        """Those of them that are there on a day."""
        return [location for location in self.selling if self.is_there(location, day)]

    @property
    def bakes_at(self) -> LocationSpec:
        """The location that has the ovens and the store room."""
        return self.profile.locations[0]
