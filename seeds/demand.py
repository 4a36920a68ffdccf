"""The expected demand of a day, around which sales, orders and forecasts scatter."""

from datetime import date
from functools import lru_cache
from math import exp

from app.bakery.orders.models import CustomerKind
from seeds.calendar import SUNDAY, season_factor
from seeds.catalogue.kinds import CustomerSpec, Habit, LocationSpec, ProductSpec
from seeds.values import Scene

LINES: Habit = ((1, 0.54), (2, 0.31), (3, 0.11), (4, 0.04))
"""Different products on one ticket."""

# Breakfast at home on Saturday and Sunday is what pastries are for.
WEEKEND_PASTRY_FACTOR = 1.4
SATURDAY = SUNDAY - 1

# What `seeds.story.customers` does to a customer's basket, on average.
BASKET_MEAN = 1.025
SECOND_ITEM_CHANCE = 0.85
SEASONAL_ITEM_MEAN = 0.3 * 2
KEPT_SHARE = 0.98


def mean(habit: Habit) -> float:
    """The average of a habit."""
    return sum(count * chance for count, chance in habit)


def product_weight(product: ProductSpec, day: date) -> float:
    """The product's weight among those on a ticket of the day; 0 out of season."""
    weight = product.popularity * season_factor(product.season, day)
    if product.category == "Bollería" and day.weekday() >= SATURDAY:
        weight *= WEEKEND_PASTRY_FACTOR
    return weight


def fiesta_factor(scene: Scene, day: date) -> float:
    """What the town's fiestas do to the demand of a day: 1 outside them."""
    return max((fiesta.factor for fiesta in scene.profile.fiestas if fiesta.is_on(day)), default=1)


def expected_tickets(scene: Scene, location: LocationSpec, day: date) -> float:
    """The tickets that the location's till can expect on the day."""
    if not scene.is_there(location, day):
        return 0.0
    customers = location.tickets * scene.scale * scene.demand(day)
    usual = scene.calendar.demand_factor(scene.as_season(day))
    return customers * usual * fiesta_factor(scene, day)


def expected_quantities(scene: Scene, location: LocationSpec, day: date) -> dict[str, float]:
    """The pieces of each product, by SKU, that the location can expect to sell on the day."""
    products = scene.profile.products
    season = scene.as_season(day)
    chances = line_chances(tuple(product_weight(product, season) for product in products))
    tickets = expected_tickets(scene, location, day)
    return {
        product.sku: tickets * chance * mean(product.habit)
        for product, chance in zip(products, chances, strict=True)
    }


def expected_quantity(
    scene: Scene, location: LocationSpec, product: ProductSpec, day: date
) -> float:
    """The pieces of a product that the location can expect to sell on the day."""
    return expected_quantities(scene, location, day)[product.sku]


@lru_cache(maxsize=512)
def line_chances(weights: tuple[float, ...]) -> tuple[float, ...]:
    """The chance of each product to be on a ticket.

    A ticket names a product once, so the chance of the favourite grows more slowly than the number
    of lines.
    """
    total = sum(weights)
    shares = [weight / total for weight in weights]
    tickets = [(chance, _drawn(shares, count)) for count, chance in LINES]
    return tuple(sum(chance * drawn[n] for chance, drawn in tickets) for n in range(len(weights)))


def _drawn(shares: list[float], count: int) -> list[float]:
    """The chance of each product to be among `count` drawn in turn: exact for one and two.

    Drawing in turn is a race of exponential arrivals. For three and more, the moment at which so
    many are expected to have arrived stands for the moment when they have.
    """
    if count == 1:
        return shares
    if count == 2:
        odds = [share / (1 - share) for share in shares]
        return [share * (1 + sum(odds) - own) for share, own in zip(shares, odds, strict=True)]
    moment = _arrival(shares, count)
    return [1 - exp(-share * moment) for share in shares]


def _arrival(shares: list[float], count: int) -> float:
    """The moment at which `count` of the arrivals are expected, by Newton's method."""
    moment = float(count)
    for _ in range(12):
        waiting = [exp(-share * moment) for share in shares]
        excess = sum(1 - left for left in waiting) - count
        moment -= excess / sum(share * left for share, left in zip(shares, waiting, strict=True))
    return moment


def order_chance(scene: Scene, customer: CustomerSpec, day: date) -> float:
    """The chance that the customer has something delivered on the day."""
    if day.weekday() not in customer.weekdays:
        return 0.0
    if day.month in customer.closed_months:
        return 0.0
    if customer.closed_on_holidays and scene.calendar.is_holiday(day):
        return 0.0
    return customer.chance


def expected_order(scene: Scene, customer: CustomerSpec, day: date) -> dict[str, float]:
    """The pieces of each product, by SKU, that a person or a business can be expected to get."""
    chance = order_chance(scene, customer, day) * KEPT_SHARE
    if chance == 0 or customer.kind is CustomerKind.SATELLITE:
        return {}
    pieces = {
        sku: chance * usual * BASKET_MEAN * (SECOND_ITEM_CHANCE if n else 1.0)
        for n, (sku, usual) in enumerate(customer.basket)
    }
    for product in scene.profile.products:
        season = scene.as_season(day)
        if product.season is not None and season_factor(product.season, season) > 0:
            pieces[product.sku] = pieces.get(product.sku, 0.0) + chance * SEASONAL_ITEM_MEAN
    return pieces
