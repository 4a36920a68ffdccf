"""The tills: when they open, every ticket, and the count at the end of the day."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from itertools import accumulate
from random import Random

from app.bakery.business.models import UserRole
from app.bakery.living.events import Event, Sold, TillClosed, TillOpened
from app.bakery.pos.models import PaymentMethod, SaleStatus
from seeds.catalogue.kinds import Habit, LocationSpec
from seeds.demand import LINES, expected_tickets, product_weight
from seeds.hours import hours_of
from seeds.values import EPOCH, Quantities, Scene, at

CARD_SHARE, BIZUM_SHARE = 0.55, 0.08
EXACT_SHARE = 0.25
"""Of those who pay in cash; the others give a note, or coins that round the sum up."""
NOTES = tuple(Decimal(note) for note in (5, 10, 20, 50))
CORRECTED_SHARE = 0.006
OPENING_CASH = Decimal("150.00")
FEWEST = 8
"""Tickets of the quietest day."""
LONGEST_GAP = timedelta(minutes=18)
"""Without a customer while the shop is open."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One customer's purchase: pieces by the SKU of the product."""

    key: str
    location: LocationSpec
    sold_at: datetime
    payment_method: PaymentMethod
    corrected: bool
    lines: tuple[tuple[str, int], ...]


class Basket:
    """Draws what a customer of one day buys."""

    def __init__(self, scene: Scene, day: date) -> None:
        self._products = list(scene.products.values())
        season = scene.as_season(day)
        self._weights = [product_weight(product, season) for product in self._products]
        self._sums = list(accumulate(self._weights))

    def draw(self, rng: Random) -> tuple[tuple[str, int], ...]:
        """Different products, each with its number of pieces."""
        wanted = roll(rng, LINES)
        lines: dict[str, int] = {}
        while len(lines) < wanted:
            product = self._products[bisect(self._sums, rng.random() * self._sums[-1])]
            if product.sku not in lines:
                lines[product.sku] = roll(rng, product.habit)
        return tuple(lines.items())

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The products that are sold on the day."""
        pairs = zip(self._products, self._weights, strict=True)
        return tuple(product.sku for product, weight in pairs if weight > 0)


def roll(rng: Random, habit: Habit) -> int:
    """One draw from a habit."""
    point = rng.random()
    for count, chance in habit:
        point -= chance
        if point < 0:
            return count
    return habit[-1][0]


def weather(scene: Scene, day: date) -> float:
    """What the sky makes of the day's customers; one sky over all shops of a town."""
    return scene.random_for("weather", day).gauss(1.0, 0.06)


def simulate_day(scene: Scene, location: LocationSpec, day: date) -> list[Ticket]:
    """All tickets of a location on a day, in the order of their time."""
    rng = scene.random_for(f"sales/{location.name}", day)
    expected = expected_tickets(scene, location, day) * weather(scene, day) * rng.gauss(1.0, 0.05)
    hours = hours_of(scene.calendar, day)
    starts = rng.choices(list(hours), weights=list(hours.values()), k=max(FEWEST, round(expected)))
    moments = sorted(at(day, 30 * n + rng.randrange(30), rng.randrange(60)) for n in starts)
    basket = Basket(scene, day)
    key = f"{location.name}/{day.isoformat()}"
    return [
        _ring_up(rng, basket, location, moment, f"{key}/{n}")
        for n, moment in enumerate(_without_gaps(moments, sorted(hours), day))
    ]


def _without_gaps(
    moments: Sequence[datetime], half_hours: Sequence[int], day: date
) -> Iterator[datetime]:
    """The moments, with a customer more wherever none would come for too long."""
    last = at(day, 30 * half_hours[0])
    for moment in moments:
        shut = _shut_between(half_hours, day, last, moment)
        last = shut or last
        while moment - last > LONGEST_GAP:
            last += LONGEST_GAP - timedelta(minutes=(last.minute * 7) % 9)
            yield last
        yield moment
        last = moment


def _shut_between(
    half_hours: Sequence[int], day: date, first: datetime, last: datetime
) -> datetime | None:
    """The moment at which the shop opens again, if it was shut between two customers."""
    before = (first.hour * 60 + first.minute) // 30
    after = (last.hour * 60 + last.minute) // 30
    missing = [n for n in range(before + 1, after) if n not in half_hours]
    return at(day, 30 * (missing[-1] + 1)) if missing else None


def _ring_up(
    rng: Random, basket: Basket, location: LocationSpec, moment: datetime, key: str
) -> Ticket:
    lines = basket.draw(rng)
    point = rng.random()
    if point < CARD_SHARE:
        method = PaymentMethod.CARD
    elif point < CARD_SHARE + BIZUM_SHARE:
        method = PaymentMethod.BIZUM
    else:
        method = PaymentMethod.CASH
    return Ticket(key, location, moment, method, rng.random() < CORRECTED_SHARE, lines)


def pieces_of(tickets: list[Ticket], until: datetime | None = None) -> Quantities:
    """The pieces on tickets, by product; of those before a moment."""
    pieces: Quantities = {}
    for ticket in tickets:
        if until is None or ticket.sold_at < until:
            for sku, count in ticket.lines:
                pieces[sku] = pieces.get(sku, 0) + count
    return pieces


def sale_event(scene: Scene, ticket: Ticket) -> Sold:
    """The event of a ticket."""
    lines = []
    for sku, count in ticket.lines:
        product = scene.products[sku]
        vat = Decimal(product.vat_percent)
        lines.append((scene.product_ids[sku], count, product.price, vat))
    status = SaleStatus.CORRECTED if ticket.corrected else SaleStatus.COMPLETED
    total = sum((count * price for _, count, price, _ in lines), Decimal(0))
    in_cash = ticket.payment_method is PaymentMethod.CASH
    return Sold(
        ticket.sold_at,
        scene.document_id("sale", ticket.key),
        scene.location_ids[ticket.location.name],
        ticket.payment_method.value,
        status.value,
        tuple(lines),
        _given(ticket, total) if in_cash else None,
    )


def _given(ticket: Ticket, total: Decimal) -> Decimal:
    """The cash that a customer hands over: the sum, the next euro, or a note."""
    point = Random(f"cash/{ticket.key}").random()
    if point < EXACT_SHARE:
        return total
    if point < 2 * EXACT_SHARE:
        return total.to_integral_value(ROUND_CEILING)
    return next((note for note in NOTES if note >= total), total)


def till_events(scene: Scene, location: LocationSpec, day: date) -> list[Event]:
    """The opening and the count of a location's till."""
    rng = scene.random_for(f"till/{location.name}", day)
    cashiers = [
        n
        for n, user in enumerate(scene.profile.users, start=1)
        if user.location == location.name and user.is_active and user.role is not UserRole.BAKER
    ]
    closes = 14 * 60 + 40 if scene.calendar.is_morning_only(day) else 20 * 60 + 40
    # The count is right four evenings out of five.
    miscount = rng.choice((-200, -50, -10, 5, 20)) if rng.random() < 0.2 else 0
    location_id = scene.location_ids[location.name]
    till_id = (day - EPOCH).days * len(scene.profile.locations) + location_id
    opened = TillOpened(
        at(day, 7 * 60 + rng.randrange(8, 24)), till_id, location_id, rng.choice(cashiers),
        OPENING_CASH,
    )  # fmt: skip
    counted = at(day, closes + rng.randrange(15))
    return [opened, TillClosed(counted, location_id, Decimal(miscount) / 100)]
