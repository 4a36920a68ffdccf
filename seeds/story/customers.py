"""Orders of customers: when they come in, what they ask for, and when they are handed over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from app.bakery.living.events import Event, OrderMoved, OrderPlaced
from app.bakery.orders.models import CustomerKind, OrderStatus
from app.bakery.orders.pricing import customer_price
from seeds.catalogue.kinds import CustomerSpec
from seeds.demand import order_chance, product_weight
from seeds.story.days import Days
from seeds.values import Quantities, Scene, at

DAYS_AHEAD = 4
"""The longest that a customer orders ahead."""
CANCELLED_SHARE = 0.02
TAKEN_UNTIL = 19 * 60
"""Orders are answered the same day, until then."""
STANDING_CHANCE = 0.9
"""Who orders more often than this has it noted once for all weeks."""
VAN_WINDOW, MORNING_WINDOW = (6 * 60, 8 * 60 + 30), (7 * 60, 9 * 60 + 30)
"""When a workshop's van comes, and when a bakery's customers are served."""


@dataclass(frozen=True)
class CustomerOrder:
    """An order from its arrival to its end: `lines` are product SKU and pieces."""

    customer_id: int
    customer: CustomerSpec
    due_on: date
    placed_at: datetime
    answered_at: datetime
    ready_at: datetime
    delivered_at: datetime
    cancelled: bool
    lines: tuple[tuple[str, int], ...]

    @property
    def is_own(self) -> bool:
        """Return True for one of the bakery's own shops."""
        return self.customer.kind is CustomerKind.SATELLITE


def has_standing_order(customer: CustomerSpec) -> bool:
    """Return True for a business that gets the same on the same days of every week."""
    return customer.kind is CustomerKind.BUSINESS and customer.chance >= STANDING_CHANCE


def window_of(scene: Scene, customer: CustomerSpec) -> tuple[time | None, time | None]:
    """Return when deliveries to a customer may come; a person comes to the shop."""
    if customer.kind is CustomerKind.PERSON:
        return None, None
    usual = MORNING_WINDOW if scene.profile.recipes else VAN_WINDOW
    first, last = customer.window or usual
    return time(*divmod(first, 60)), time(*divmod(last, 60))


def orders_due(scene: Scene, days: Days, day: date) -> list[CustomerOrder]:
    """The orders for a day, whenever they come in."""
    orders = (
        _order(scene, days, customer_id, customer, day)
        for customer_id, customer in enumerate(scene.profile.customers, start=1)
    )
    return [order for order in orders if order is not None]


def _order(
    scene: Scene, days: Days, customer_id: int, customer: CustomerSpec, day: date
) -> CustomerOrder | None:
    rng = scene.random_for(f"order/{customer.email}", day)
    if rng.random() >= order_chance(scene, customer, day):
        return None
    own = customer.kind is CustomerKind.SATELLITE
    lines = _shop_lines(scene, days, customer, day) if own else _basket(scene, customer, day, rng)
    if not lines:
        return None
    # Shops count and order the morning before; others by telephone, some days ahead.
    ahead = 1 if own else rng.choice((1, 1, 2, 2, 3, DAYS_AHEAD))
    minute = 9 * 60 + rng.randrange(100 if own else 540)
    placed_on = day - timedelta(days=ahead)
    return CustomerOrder(
        customer_id=customer_id,
        customer=customer,
        due_on=day,
        placed_at=at(placed_on, minute),
        answered_at=at(placed_on, min(TAKEN_UNTIL, minute + 20 + rng.randrange(160))),
        ready_at=at(day, 6 * 60 + 50 if scene.profile.recipes else 5 * 60 + 20),
        delivered_at=at(day, _minute_of_delivery(scene, customer, day, rng)),
        cancelled=not own and rng.random() < CANCELLED_SHARE,
        lines=lines,
    )


def _minute_of_delivery(scene: Scene, customer: CustomerSpec, day: date, rng: Random) -> int:
    """A shop hands orders over its counter; a workshop's van has left before any shop opens."""
    if not scene.profile.recipes:
        first, last = customer.window or VAN_WINDOW
        return first + 10 + rng.randrange(last - first - 20)
    if customer.kind is CustomerKind.PERSON:
        return 9 * 60 + rng.randrange(270 if scene.calendar.is_morning_only(day) else 300)
    return 7 * 60 + rng.randrange(130)


def _shop_lines(
    scene: Scene, days: Days, customer: CustomerSpec, day: date
) -> tuple[tuple[str, int], ...]:
    location = next(place for place in scene.selling if place.name == customer.location)
    return tuple(days.supply(location, day).items())


def _basket(
    scene: Scene, customer: CustomerSpec, day: date, rng: Random
) -> tuple[tuple[str, int], ...]:
    """The customer's usual basket, now and then without an item, and what the season offers."""
    lines: dict[str, int] = {}
    for sku, usual in customer.basket:
        if not lines or rng.random() < 0.85:
            lines[sku] = max(1, round(usual * rng.uniform(0.8, 1.25)))
    for sku, product in scene.products.items():
        in_season = product.season is not None and product_weight(product, scene.as_season(day)) > 0
        if in_season and sku not in lines and rng.random() < 0.3:
            lines[sku] = rng.randint(1, 3)
    return tuple(lines.items())


def pieces_ordered(orders: list[CustomerOrder]) -> Quantities:
    """The pieces that persons and businesses get, without the bakery's own shops."""
    total: Quantities = {}
    for order in orders:
        if not order.is_own and not order.cancelled:
            for sku, pieces in order.lines:
                total[sku] = total.get(sku, 0) + pieces
    return total


def order_events(scene: Scene, order: CustomerOrder) -> Iterator[Event]:
    """What happens to an order."""
    order_id = scene.document_id("order", f"{order.customer.email}/{order.due_on.isoformat()}")
    lines = tuple(_line(scene, order.customer, *line) for line in order.lines)
    total = sum((pieces * price for _, pieces, price, _ in lines), Decimal(0))
    home = scene.location_ids[scene.bakes_at.name]
    yield OrderPlaced(
        order.placed_at, order_id, order.customer_id, order.due_on, order.customer.notes, lines,
        *window_of(scene, order.customer), has_standing_order(order.customer),
    )  # fmt: skip

    def moved(moment: datetime, was: OrderStatus, status: OrderStatus) -> OrderMoved:
        return OrderMoved(moment, order_id, was.value, status.value, total, home)

    if order.cancelled:
        yield moved(order.answered_at, OrderStatus.PENDING, OrderStatus.CANCELLED)
        return
    yield moved(order.answered_at, OrderStatus.PENDING, OrderStatus.CONFIRMED)
    yield moved(order.ready_at, OrderStatus.CONFIRMED, OrderStatus.READY)
    # The van that carries the shops' pieces is a movement of its own.
    delivered = () if order.is_own else tuple((sku, pieces) for sku, pieces, _, _ in lines)
    yield OrderMoved(
        order.delivered_at,
        order_id,
        OrderStatus.READY.value,
        OrderStatus.DELIVERED.value,
        total,
        home,
        delivered,
        f"Pedido de {order.customer.name}",
    )


def _line(
    scene: Scene, customer: CustomerSpec, sku: str, pieces: int
) -> tuple[int, int, Decimal, Decimal]:
    product = scene.products[sku]
    price = customer_price(product.price, customer.kind, customer.discount)
    return scene.product_ids[sku], pieces, price, Decimal(product.vat_percent)
