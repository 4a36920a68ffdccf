"""Orders of customers: the delivered ones of the last ninety days and those of the days to come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from app.bakery.orders.models import CustomerKind, OrderStatus
from seeds.catalogue.kinds import CustomerSpec
from seeds.demand import product_weight
from seeds.supply import Supply, expected_supply
from seeds.values import Quantities, Row, Scene, Tables, at, money

FIRST_ORDER_NUMBER = 3_001
DAYS_AHEAD = 5
CANCELLED_SHARE = 0.02

# Our own shops pay what the bread costs to make, hotels and restaurants get the trade's discount.
PRICE_FACTORS = {
    CustomerKind.PERSON: Decimal(1),
    CustomerKind.BUSINESS: Decimal("0.85"),
    CustomerKind.SATELLITE: Decimal("0.60"),
}


@dataclass(frozen=True)
class PlacedOrder:
    """An order: `lines` are product SKU and pieces."""

    id: UUID
    customer_id: int
    customer: CustomerSpec
    status: OrderStatus
    ordered_at: datetime
    due_on: date
    updated_at: datetime
    lines: tuple[tuple[str, int], ...]

    @property
    def pieces(self) -> Quantities:
        """The pieces of each product."""
        return dict(self.lines)


def place_orders(scene: Scene, supply: Supply) -> list[PlacedOrder]:
    """All orders, in the order in which they were placed."""
    ahead = (scene.today + timedelta(days=n) for n in range(1, DAYS_AHEAD + 1))
    due_days = [*scene.days, *(day for day in ahead if scene.calendar.is_open(day))]
    placed = []
    for customer_id, customer in enumerate(scene.profile.customers, start=1):
        for due_on in due_days:
            order = _place(scene, customer_id, customer, due_on, supply)
            if order is not None:
                placed.append(order)
    return sorted(placed, key=lambda order: (order.ordered_at, order.customer_id, order.due_on))


def _place(
    scene: Scene, customer_id: int, customer: CustomerSpec, due_on: date, supply: Supply
) -> PlacedOrder | None:
    rng = scene.random_for(f"order/{customer.email}", due_on)
    if due_on.weekday() not in customer.weekdays or rng.random() >= customer.chance:
        return None
    if customer.kind is CustomerKind.SATELLITE:
        lines = _shop_lines(scene, customer, due_on, supply)
    else:
        lines = _basket_lines(scene, customer, due_on, rng)
    ordered_at = _ordered_at(scene, customer, due_on, rng)
    if not lines or ordered_at > scene.now:
        return None
    status, updated_at = _progress(scene, customer, due_on, ordered_at, rng)
    order_id = scene.document_id("order", f"{customer.email}/{due_on.isoformat()}")
    return PlacedOrder(
        order_id, customer_id, customer, status, ordered_at, due_on, updated_at, lines
    )


def _shop_lines(
    scene: Scene, customer: CustomerSpec, due_on: date, supply: Supply
) -> tuple[tuple[str, int], ...]:
    if due_on <= scene.today:
        wanted = supply[due_on, customer.name]
    elif due_on == scene.today + timedelta(days=1):
        location = next(place for place in scene.selling if place.name == customer.location)
        wanted = expected_supply(scene, location, due_on)
    else:
        return ()
    return tuple(wanted.items())


def _basket_lines(
    scene: Scene, customer: CustomerSpec, due_on: date, rng: Random
) -> tuple[tuple[str, int], ...]:
    """The customer's usual basket, now and then without an item, and what the season offers."""
    lines: list[tuple[str, int]] = []
    for sku, usual in customer.basket:
        if not lines or rng.random() < 0.85:
            lines.append((sku, max(1, round(usual * rng.uniform(0.8, 1.25)))))
    for sku, product in scene.products.items():
        in_season = product.season is not None and product_weight(product, due_on) > 0
        if in_season and rng.random() < 0.3:
            lines.append((sku, rng.randint(1, 3)))
    return tuple(lines)


def _ordered_at(scene: Scene, customer: CustomerSpec, due_on: date, rng: Random) -> datetime:
    """Shops count and order the morning before; others by telephone, one to four days ahead."""
    if customer.kind is CustomerKind.SATELLITE:
        return at(due_on - timedelta(days=1), 9 * 60 + rng.randrange(100))
    days_ahead = rng.choice((1, 1, 2, 2, 3, 4))
    if due_on > scene.today:
        days_ahead = max(days_ahead, (due_on - scene.today).days)
    minute = 9 * 60 + rng.randrange(110 if due_on > scene.today else 600)
    return at(due_on - timedelta(days=days_ahead), minute)


def _progress(
    scene: Scene, customer: CustomerSpec, due_on: date, ordered_at: datetime, rng: Random
) -> tuple[OrderStatus, datetime]:
    # A shop hands orders over its counter; a workshop's van has left before any shop opens.
    first_minute = 7 * 60 if scene.profile.recipes else 6 * 60 + 10
    delivered_at = at(due_on, first_minute + rng.randrange(130))
    cancelled = rng.random() < CANCELLED_SHARE and customer.kind is not CustomerKind.SATELLITE
    collected_later = rng.random() < 0.4 and customer.kind is not CustomerKind.SATELLITE
    if due_on > scene.today:
        tomorrow = due_on == scene.today + timedelta(days=1)
        return (OrderStatus.CONFIRMED if tomorrow else OrderStatus.PENDING), ordered_at
    if cancelled:
        return OrderStatus.CANCELLED, ordered_at + timedelta(minutes=rng.randrange(5, 55))
    if due_on == scene.today and collected_later:
        return OrderStatus.READY, delivered_at
    return OrderStatus.DELIVERED, delivered_at


def pieces_ordered(orders: list[PlacedOrder], due_on: date) -> Quantities:
    """The pieces that persons and businesses get on a day, without the bakery's own shops."""
    total: Quantities = {}
    for order in orders:
        ours = order.customer.kind is CustomerKind.SATELLITE
        if order.due_on == due_on and not ours and order.status is not OrderStatus.CANCELLED:
            for sku, pieces in order.lines:
                total[sku] = total.get(sku, 0) + pieces
    return total


def order_rows(scene: Scene, orders: list[PlacedOrder]) -> Tables:
    """Orders and their lines, numbered in the order in which they were placed."""
    rows: list[Row] = []
    line_rows: list[Row] = []
    for number, order in enumerate(orders, start=FIRST_ORDER_NUMBER):
        lines = _order_line_rows(scene, order)
        total = sum((line["quantity"] * line["unit_price"] for line in lines), Decimal(0))
        rows.append(
            {
                "id": order.id,
                "order_number": number,
                "customer_id": order.customer_id,
                "status": order.status.value,
                "ordered_at": order.ordered_at,
                "due_on": order.due_on,
                "notes": order.customer.notes,
                "total": money(total),
                "updated_at": order.updated_at,
            }
        )
        line_rows.extend(lines)
    return {"orders": rows, "order_lines": line_rows}


def _order_line_rows(scene: Scene, order: PlacedOrder) -> list[Row]:
    factor = PRICE_FACTORS[order.customer.kind]
    return [
        {
            "order_id": order.id,
            "line_number": number,
            "product_id": scene.product_ids[sku],
            "quantity": Decimal(pieces),
            "unit_price": money(scene.products[sku].price * factor),
        }
        for number, (sku, pieces) in enumerate(order.lines, start=1)
    ]
