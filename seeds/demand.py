"""The expected demand of a day, around which sales and forecasts scatter."""

from datetime import date

from seeds.calendar import SUNDAY, season_factor
from seeds.catalogue.kinds import Habit, LocationSpec, ProductSpec
from seeds.values import Scene

LINES: Habit = ((1, 0.37), (2, 0.38), (3, 0.18), (4, 0.07))
"""Different products on one ticket."""

# Breakfast at home on Saturday and Sunday is what pastries are for.
WEEKEND_PASTRY_FACTOR = 1.4
SATURDAY = SUNDAY - 1


def mean(habit: Habit) -> float:
    """The average of a habit."""
    return sum(count * chance for count, chance in habit)


def product_weight(product: ProductSpec, day: date) -> float:
    """The product's weight among those on a ticket of the day; 0 out of season."""
    weight = product.popularity * season_factor(product.season, day)
    if product.category == "Bollería" and day.weekday() >= SATURDAY:
        weight *= WEEKEND_PASTRY_FACTOR
    return weight


def expected_tickets(scene: Scene, location: LocationSpec, day: date) -> float:
    """The tickets that the location's till can expect on the day."""
    return location.tickets * scene.calendar.demand_factor(day)


def expected_quantity(
    scene: Scene, location: LocationSpec, product: ProductSpec, day: date
) -> float:
    """The pieces of a product that the location can expect to sell on the day."""
    weights = [product_weight(other, day) for other in scene.profile.products]
    share = product_weight(product, day) / sum(weights)
    tickets = expected_tickets(scene, location, day)
    return tickets * mean(LINES) * share * mean(product.habit)


def expected_quantities(scene: Scene, location: LocationSpec, day: date) -> dict[str, float]:
    """The pieces that the location can expect to sell on the day, by the SKU of the product."""
    weights = {sku: product_weight(product, day) for sku, product in scene.products.items()}
    lines = expected_tickets(scene, location, day) * mean(LINES) / sum(weights.values())
    return {
        sku: lines * weight * mean(scene.products[sku].habit) for sku, weight in weights.items()
    }
