"""When a product of the season is on offer."""

from datetime import date, timedelta

from seeds.calendar import season_factor
from seeds.catalogue.kinds import ProductSpec

OPENS_DAYS = 7
"""A product of the season is on the price list so many days before its first sale."""


def is_offered(product: ProductSpec, day: date) -> bool:
    """Return True if the product is on the price list on a day."""
    coming = (day + timedelta(days=n) for n in range(OPENS_DAYS + 1))
    return any(season_factor(product.season, each) > 0 for each in coming)
