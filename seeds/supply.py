"""The pieces that each shop gets in the morning, which the workshop bakes."""

from datetime import date
from math import ceil

from seeds.catalogue.kinds import LocationSpec
from seeds.demand import expected_quantity
from seeds.sales import Ticket, pieces_sold
from seeds.values import Quantities, Scene

Supply = dict[tuple[date, str], Quantities]
"""Pieces by product, for each day and location name."""

SPARE = 4
"""The least pieces of a product that are left at the end of a day."""


def plan_supply(scene: Scene, tickets: list[Ticket]) -> Supply:
    """The pieces for each shop on each day of the history: a little more than it will sell."""
    sold = pieces_sold(tickets)
    return {
        (day, location.name): _stock_up(scene, location, day, sold.get((day, location.name), {}))
        for day in scene.days
        for location in scene.selling
    }


def _stock_up(scene: Scene, location: LocationSpec, day: date, sold: Quantities) -> Quantities:
    rng = scene.random_for(f"supply/{location.name}", day)
    wanted: Quantities = {}
    for sku, product in scene.products.items():
        expected = expected_quantity(scene, location, product, day)
        if expected > 0:
            ordered = ceil(expected * rng.uniform(1.04, 1.14))
            wanted[sku] = max(ordered, sold.get(sku, 0) + SPARE)
    return wanted


def expected_supply(scene: Scene, location: LocationSpec, day: date) -> Quantities:
    """The pieces that a shop will ask for on a day to come."""
    expected = {
        sku: expected_quantity(scene, location, product, day)
        for sku, product in scene.products.items()
    }
    return {sku: ceil(pieces * 1.08) + 2 for sku, pieces in expected.items() if pieces > 0}


def add_up(*loads: Quantities) -> Quantities:
    """The sum of several loads."""
    total: Quantities = {}
    for load in loads:
        for sku, pieces in load.items():
            total[sku] = total.get(sku, 0) + pieces
    return total
