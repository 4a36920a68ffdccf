"""The sales of each day of two years, before the days of which every ticket is kept."""

from datetime import date
from random import Random

from app.bakery.orders.models import CustomerKind
from app.bakery.orders.pricing import customer_price
from seeds.calendar import season_factor
from seeds.catalogue.kinds import LocationSpec
from seeds.demand import expected_quantities, expected_tickets, order_chance
from seeds.story.tickets import weather
from seeds.values import Quantities, Row, Scene

GROWTH = 0.04
"""A year; business was smaller before."""
SHOP, TRADE = "shop", "trade"


def history_rows(scene: Scene) -> list[Row]:
    """One row for each day, location and channel, with the pieces and cents of each product."""
    rows = []
    for day in scene.past_days:
        growth = (1 + GROWTH) ** ((day - scene.opens_on).days / 365)
        sky = weather(scene, day)
        for location in scene.selling_on(day):
            rows.append(_shop_row(scene, location, day, growth * sky))
        traded = _trade_row(scene, day, growth)
        if traded is not None:
            rows.append(traded)
    return rows


def _shop_row(scene: Scene, location: LocationSpec, day: date, factor: float) -> Row:
    rng = scene.random_for(f"history/{location.name}", day)
    expected = expected_quantities(scene, location, day)
    sold = {sku: _about(rng, pieces * factor) for sku, pieces in expected.items()}
    tickets = _about(rng, expected_tickets(scene, location, day) * factor)
    cents = {sku: int(scene.products[sku].price * 100) * count for sku, count in sold.items()}
    return _row(scene, location, day, SHOP, tickets, sold, cents)


def _trade_row(scene: Scene, day: date, growth: float) -> Row | None:
    """The orders that were delivered to persons and businesses."""
    rng = scene.random_for("history/trade", day)
    sold: Quantities = {}
    cents: Quantities = {}
    delivered = 0
    for customer in scene.profile.customers:
        if customer.kind is CustomerKind.SATELLITE:
            continue
        if rng.random() >= order_chance(scene, customer, day):
            continue
        delivered += 1
        for sku, usual in customer.basket:
            product = scene.products[sku]
            pieces = max(1, round(usual * growth * rng.uniform(0.8, 1.25)))
            if season_factor(product.season, day) > 0 and rng.random() < 0.85:
                paid = customer_price(product.price, customer.kind, customer.discount)
                price = int(paid * 100)
                sold[sku] = sold.get(sku, 0) + pieces
                cents[sku] = cents.get(sku, 0) + pieces * price
    return _row(scene, scene.bakes_at, day, TRADE, delivered, sold, cents) if sold else None


def _about(rng: Random, expected: float) -> int:
    """A count that scatters around what is expected as counts of customers do."""
    return max(0, round(rng.gauss(expected, expected**0.5)))


def _row(
    scene: Scene,
    location: LocationSpec,
    day: date,
    channel: str,
    tickets: int,
    sold: Quantities,
    cents: Quantities,
) -> Row:
    products = [sku for sku, count in sold.items() if count]
    return {
        "day": day,
        "location_id": scene.location_ids[location.name],
        "channel": channel,
        "tickets": tickets,
        "product_ids": [scene.product_ids[sku] for sku in products],
        "quantities": [sold[sku] for sku in products],
        "cents": [cents[sku] for sku in products],
    }
