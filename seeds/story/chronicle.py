"""The whole story of a bakery: every event from the first day in detail to tomorrow night.

The events of a moment are the same on whichever day they are made, so that a bakery that is brought
forward and one that is seeded again have the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.bakery.living.events import Cleared, Event, SeasonTurned, Transferred, Used
from seeds.catalogue.kinds import LocationSpec
from seeds.seasons import is_offered
from seeds.story.buying import Buying
from seeds.story.customers import (
    DAYS_AHEAD,
    CustomerOrder,
    order_events,
    orders_due,
    pieces_ordered,
)
from seeds.story.days import Days, add_up
from seeds.story.forecasts import training_event
from seeds.story.oven import (
    DAYS_PLANNED,
    Batch,
    bake_day,
    baked_event,
    cancelled_events,
    oven_events,
    plan_events,
)
from seeds.story.storeroom import daily_uses, play
from seeds.story.tickets import pieces_of, sale_event, till_events
from seeds.values import Quantities, Scene, at

CARRIED_AT = 6 * 60 + 25
CLEARED_AT = 5 * 60 + 30
USED_AT = 4 * 60 + 30
WORKSHOP_SPARE = 50
"""Of so many pieces that leave a workshop, one stays behind."""


@dataclass
class Chronicle:
    """Tells the story of one scene."""

    scene: Scene
    days: Days = field(init=False)
    _orders: dict[date, list[CustomerOrder]] = field(default_factory=dict)
    _batches: dict[date, list[Batch]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = Days(self.scene)

    def events(self) -> list[Event]:
        """All events to the end of the last known day, in the order of their time."""
        end = at(self.scene.last_day + timedelta(days=1), 0)
        found = [event for event in self._tell() if event.at < end]
        return sorted(found, key=lambda event: event.at)

    def _tell(self) -> Iterator[Event]:
        scene = self.scene
        for day in scene.days:
            yield from self._season(day)
            yield training_event(scene, day)
            yield from self._clear(day)
            if scene.profile.recipes:
                yield from oven_events(scene, self.batches(day))
            else:
                yield from self._carry(day)
            for location in scene.selling_on(day):
                yield from till_events(scene, location, day)
                yield from (sale_event(scene, t) for t in self.days.tickets(location, day))
        for day in self._with_days_to_come(DAYS_PLANNED):
            if scene.profile.recipes:
                yield from plan_events(scene, self.batches(day))
                yield from cancelled_events(scene, day, self.batches(day))
        for day in self._with_days_to_come(DAYS_AHEAD):
            for order in self.orders(day):
                yield from order_events(scene, order)
        yield from self._keep_store()

    def _with_days_to_come(self, count: int) -> list[date]:
        """The known days, and those after them of which something is known before."""
        last = self.scene.last_day
        return [*self.scene.days, *(last + timedelta(days=n) for n in range(1, count + 1))]

    def orders(self, day: date) -> list[CustomerOrder]:
        """The orders for a day."""
        if day not in self._orders:
            self._orders[day] = orders_due(self.scene, self.days, day)
        return self._orders[day]

    def batches(self, day: date) -> list[Batch]:
        """The batches of a day."""
        if day not in self._batches:
            home = self.scene.selling[0]
            tickets, supply = self.days.tickets(home, day), self.days.supply(home, day)
            sold = pieces_of(tickets)
            left = {sku: count - sold.get(sku, 0) for sku, count in supply.items()}
            self._batches[day] = bake_day(self.scene, day, left, tickets, self.orders(day))
        return self._batches[day]

    def pieces(self, day: date) -> Quantities:
        """The pieces of a whole day: every shop's supply and every customer's order."""
        shops = (self.days.supply(location, day) for location in self.scene.selling)
        return add_up(*shops, pieces_ordered(self.orders(day)))

    def _season(self, day: date) -> Iterator[Event]:
        season = self.scene.as_season(day)
        before = self.scene.as_season(day - timedelta(days=1))
        for offered in (True, False):
            turned = tuple(
                self.scene.product_ids[sku]
                for sku, product in self.scene.products.items()
                if is_offered(product, season) is offered is not is_offered(product, before)
            )
            if turned:
                yield SeasonTurned(at(day, 0), turned, offered)

    def _clear(self, day: date) -> Iterator[Event]:
        """Take away what was left the evening before."""
        scene = self.scene
        for location in scene.profile.locations:
            reason = "Sobrante del día anterior"
            if location not in scene.selling:
                reason = "Sobrante donado al Banco de Alimentos"
            place, reference = scene.location_ids[location.name], f"Cierre {day:%d/%m/%Y}"
            yield Cleared(self._cleared_at(location, day), place, reference, reason)

    def _cleared_at(self, location: LocationSpec, day: date) -> datetime:
        """A workshop is emptied before it bakes."""
        return at(day, CLEARED_AT if location in self.scene.selling else 4 * 60)

    def _carry(self, day: date) -> Iterator[Event]:
        """Bake for all locations, and bring the shops their pieces before they open."""
        scene = self.scene
        pieces = self.pieces(day)
        spare = {sku: count // WORKSHOP_SPARE for sku, count in pieces.items()}
        yield baked_event(scene, day, add_up(pieces, spare))
        home = scene.location_ids[scene.bakes_at.name]
        for location in scene.selling_on(day):
            supply = self.days.supply(location, day)
            load = tuple((scene.product_ids[sku], count) for sku, count in supply.items() if count)
            yield Transferred(
                at(day, CARRIED_AT), home, scene.location_ids[location.name], load,
                f"Reparto {day:%d/%m/%Y}", (f"Salida hacia {location.name}", "Entrada del obrador"),
            )  # fmt: skip

    def _keep_store(self) -> Iterator[Event]:
        """What is used besides the batches, and what is bought. A day more decides on purchases."""
        scene = self.scene
        days = self._with_days_to_come(1)
        pieces = {day: sum(self.pieces(day).values()) for day in days}
        uses: dict[date, dict[str, Decimal]] = {}
        for day, amounts in daily_uses(scene, pieces):
            baked = self._baked_with(day)
            uses[day] = add_up(amounts, baked)
            drawn = amounts if day >= scene.monday else uses[day]
            yield Used(
                at(day, USED_AT),
                tuple((scene.ingredient_ids[sku], amount) for sku, amount in drawn.items()),
                f"Obrador {day:%d/%m/%Y}",
                "Consumo del obrador",
            )
        yield from Buying(scene, play(scene, uses)).events()

    def _baked_with(self, day: date) -> dict[str, Decimal]:
        """The ingredients of a day's batches."""
        if not self.scene.profile.recipes:
            return {}
        return add_up(*(batch.uses for batch in self.batches(day)))
