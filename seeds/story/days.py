"""What a day's customers want, shop by shop: worked out once, whichever part of the story asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from seeds.catalogue.kinds import LocationSpec
from seeds.story.tickets import Basket, Ticket, pieces_of, simulate_day, weather
from seeds.values import Quantities, Scene

UNSOLD = 0.06
"""The share of a day's pieces that is left in the evening, on average."""


@dataclass
class Days:
    """The tickets of each day, and the pieces that each shop gets for them in the morning."""

    scene: Scene
    _tickets: dict[tuple[date, str], list[Ticket]] = field(default_factory=dict)
    _supply: dict[tuple[date, str], Quantities] = field(default_factory=dict)

    def tickets(self, location: LocationSpec, day: date) -> list[Ticket]:
        """The tickets of a location."""
        key = day, location.name
        if key not in self._tickets:
            there = self.scene.is_there(location, day)
            self._tickets[key] = simulate_day(self.scene, location, day) if there else []
        return self._tickets[key]

    def supply(self, location: LocationSpec, day: date) -> Quantities:
        """The pieces for a location: what it sells, and what stays on the shelf that evening.

        Bad weather leaves more. What hardly sells is there all the same, a piece or two.
        """
        key = day, location.name
        if key not in self._supply:
            rng = self.scene.random_for(f"supply/{location.name}", day)
            sold = pieces_of(self.tickets(location, day))
            share = UNSOLD * (2 - weather(self.scene, day))
            there = self.scene.is_there(location, day)
            offered = Basket(self.scene, day).offered if there else ()
            self._supply[key] = {
                sku: sold.get(sku, 0) + self._left(sold.get(sku, 0), share * rng.uniform(0.4, 1.6))
                for sku in offered
            }
        return self._supply[key]

    @staticmethod
    def _left(sold: int, share: float) -> int:
        return max(1, round(sold * share))


Amount = TypeVar("Amount", int, Decimal)


def add_up(*loads: Mapping[str, Amount]) -> dict[str, Amount]:
    """The sum of several loads, by SKU."""
    total: dict[str, Amount] = {}
    for load in loads:
        for sku, amount in load.items():
            total[sku] = total[sku] + amount if sku in total else amount
    return total
