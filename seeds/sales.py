"""The tills: every ticket of the last ninety days, and today's until ten."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from app.bakery.business.models import UserRole
from app.bakery.pos.models import PaymentMethod, SaleStatus
from seeds.catalogue.kinds import Habit, LocationSpec
from seeds.demand import LINES, SATURDAY, expected_tickets, product_weight
from seeds.values import Quantities, Row, Scene, Tables, at, money

FIRST_TICKET_NUMBER = 20_001
CARD_SHARE = 0.62
CORRECTED_SHARE = 0.006
OPENING_CASH = Decimal("150.00")

# Half hours since midnight and how many customers they bring. Two waves on a working day: bread and
# breakfast from eight to ten, bread for supper from six to eight; the shop is shut at siesta.
WORKING_HOURS = {
    15: 0.5,
    16: 1.6,
    17: 1.9,
    18: 2.0,
    19: 1.8,
    20: 1.1,
    21: 0.8,
    22: 0.7,
    23: 0.7,
    24: 0.8,
    25: 1.0,
    26: 1.1,
    27: 0.9,
    28: 0.4,
    34: 0.6,
    35: 0.9,
    36: 1.5,
    37: 1.6,
    38: 1.5,
    39: 1.1,
    40: 0.4,
}
# On Saturday people get up later and shop until lunch; on Sunday and holidays only the morning is.
SATURDAY_HOURS = WORKING_HOURS | {16: 1.3, 19: 2.2, 20: 2.0, 21: 1.8, 22: 1.6, 23: 1.5}
MORNING_HOURS = {
    16: 0.8,
    17: 1.3,
    18: 2.0,
    19: 2.4,
    20: 2.4,
    21: 2.2,
    22: 1.9,
    23: 1.7,
    24: 1.6,
    25: 1.5,
    26: 1.3,
    27: 1.0,
    28: 0.5,
}


@dataclass(frozen=True)
class Ticket:
    """One customer's purchase: pieces by the SKU of the product."""

    key: str
    location: LocationSpec
    sold_at: datetime
    payment_method: PaymentMethod
    corrected: bool
    lines: tuple[tuple[str, int], ...]


def simulate_day(scene: Scene, location: LocationSpec, day: date) -> list[Ticket]:
    """All tickets of a location on a day, to the evening; the day is open."""
    rng = scene.random_for(f"sales/{location.name}", day)
    weather = scene.random_for("weather", day).gauss(1.0, 0.06)  # One sky over all shops of a town.
    expected = expected_tickets(scene, location, day) * weather * rng.gauss(1.0, 0.05)
    hours = _hours(scene, day)
    starts = rng.choices(list(hours), weights=list(hours.values()), k=max(8, round(expected)))
    moments = sorted(at(day, 30 * n + rng.randrange(30), rng.randrange(60)) for n in starts)
    return [
        _ring_up(scene, rng, location, moment, f"{location.name}/{day.isoformat()}/{n}")
        for n, moment in enumerate(moments)
    ]


def _hours(scene: Scene, day: date) -> dict[int, float]:
    if scene.calendar.is_morning_only(day):
        return MORNING_HOURS
    return SATURDAY_HOURS if day.weekday() == SATURDAY else WORKING_HOURS


def _ring_up(
    scene: Scene, rng: Random, location: LocationSpec, moment: datetime, key: str
) -> Ticket:
    weights = {
        sku: product_weight(product, moment.date()) for sku, product in scene.products.items()
    }
    lines = []
    for _ in range(roll(rng, LINES)):
        sku = rng.choices(list(weights), weights=list(weights.values()))[0]
        lines.append((sku, roll(rng, scene.products[sku].habit)))
        weights[sku] = 0.0
    card = rng.random() < CARD_SHARE
    return Ticket(
        key,
        location,
        moment,
        PaymentMethod.CARD if card else PaymentMethod.CASH,
        rng.random() < CORRECTED_SHARE,
        tuple(lines),
    )


def roll(rng: Random, habit: Habit) -> int:
    """One draw from a habit."""
    counts, chances = zip(*habit, strict=True)
    return int(rng.choices(counts, weights=chances)[0])


def simulate_sales(scene: Scene) -> list[Ticket]:
    """All tickets of all locations, to this evening, in the order of their time."""
    tickets = [
        ticket
        for day in scene.days
        for location in scene.selling
        for ticket in simulate_day(scene, location, day)
    ]
    return sorted(tickets, key=lambda ticket: (ticket.sold_at, ticket.key))


def pieces_sold(
    tickets: list[Ticket], until: datetime | None = None
) -> dict[tuple[date, str], Quantities]:
    """Pieces by product, for each day and location name; of tickets before `until`."""
    sold: dict[tuple[date, str], Quantities] = {}
    for ticket in tickets:
        if until is None or ticket.sold_at < until:
            pieces = sold.setdefault((ticket.sold_at.date(), ticket.location.name), {})
            for sku, count in ticket.lines:
                pieces[sku] = pieces.get(sku, 0) + count
    return sold


def sales_rows(scene: Scene, tickets: list[Ticket]) -> Tables:
    """Till sessions, and the tickets that have been rung up by now."""
    rung_up = [ticket for ticket in tickets if ticket.sold_at < scene.now]
    sessions = {
        (day, location.name): (n, day, location)
        for n, (day, location) in enumerate(
            ((day, location) for day in scene.days for location in scene.selling), start=1
        )
    }
    cash: dict[int, Decimal] = {}
    sales: list[Row] = []
    lines: list[Row] = []
    for number, ticket in enumerate(rung_up, start=FIRST_TICKET_NUMBER):
        session_id = sessions[ticket.sold_at.date(), ticket.location.name][0]
        rows = list(_line_rows(scene, ticket))
        total = sum((row["quantity"] * row["unit_price"] for row in rows), Decimal(0))
        if ticket.payment_method is PaymentMethod.CASH:
            cash[session_id] = cash.get(session_id, Decimal(0)) + total
        sales.append(_sale_row(scene, ticket, number, session_id, total))
        lines.extend(rows)
    tills = [
        _till_row(scene, n, day, location, cash.get(n, Decimal(0)))
        for n, day, location in sessions.values()
    ]
    return {"till_sessions": tills, "sales": sales, "sale_lines": lines}


def _sale_row(scene: Scene, ticket: Ticket, number: int, session_id: int, total: Decimal) -> Row:
    status = SaleStatus.CORRECTED if ticket.corrected else SaleStatus.COMPLETED
    corrected_after = timedelta(minutes=2) if ticket.corrected else timedelta()
    return {
        "id": scene.document_id("sale", ticket.key),
        "ticket_number": number,
        "till_session_id": session_id,
        "location_id": scene.location_ids[ticket.location.name],
        "sold_at": ticket.sold_at,
        "payment_method": ticket.payment_method.value,
        "status": status.value,
        "total": money(total),
        "updated_at": min(ticket.sold_at + corrected_after, scene.now),
    }


def _line_rows(scene: Scene, ticket: Ticket) -> Iterator[Row]:
    for number, (sku, count) in enumerate(ticket.lines, start=1):
        product = scene.products[sku]
        yield {
            "sale_id": scene.document_id("sale", ticket.key),
            "line_number": number,
            "product_id": scene.product_ids[sku],
            "quantity": Decimal(count),
            "unit_price": product.price,
            "vat_percent": Decimal(product.vat_percent),
        }


def _till_row(
    scene: Scene, session_id: int, day: date, location: LocationSpec, cash: Decimal
) -> Row:
    rng = scene.random_for(f"till/{location.name}", day)
    cashiers = [
        n
        for n, user in enumerate(scene.profile.users, start=1)
        if user.location == location.name and user.is_active and user.role is not UserRole.BAKER
    ]
    closes = 14 * 60 + 40 if scene.calendar.is_morning_only(day) else 20 * 60 + 40
    # The count is right four evenings out of five.
    miscount = Decimal(rng.choice((-200, -50, -10, 5, 20))) / 100 if rng.random() < 0.2 else 0
    open_still = day == scene.today
    return {
        "id": session_id,
        "location_id": scene.location_ids[location.name],
        "opened_by": rng.choice(cashiers),
        "opened_at": at(day, 7 * 60 + rng.randrange(8, 24)),
        "closed_at": None if open_still else at(day, closes + rng.randrange(15)),
        "opening_cash": OPENING_CASH,
        "closing_cash": None if open_still else money(OPENING_CASH + cash + miscount),
    }
