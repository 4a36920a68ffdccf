"""The oven: what is planned, begun and finished on a day, always in time for who wants it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from app.bakery.business.models import UserRole
from app.bakery.living.events import (
    Baked,
    BatchCancelled,
    BatchFinished,
    BatchPlanned,
    BatchStarted,
    Event,
)
from seeds.catalogue.kinds import IngredientSpec, ProductSpec, RecipeSpec
from seeds.story.customers import CustomerOrder
from seeds.story.storeroom import measured
from seeds.story.tickets import Ticket
from seeds.values import EPOCH, Quantities, Scene, at, unit_cost

DAYS_PLANNED = 2
"""The plan of a day is made so many days before, after lunch."""
PLANNED_AT = 13 * 60 + 30
CANCELLED_CHANCE = 0.05
FRESH = 15
"""Minutes that pieces out of the oven need to reach the shelf."""
JITTER = 12
RESERVE = 6
"""Pieces of the first turn that are still there when the next one comes out."""

# Minutes after midnight at which a product leaves the oven. Bread is baked three times so that it
# is fresh for lunch and supper, croissants again for the afternoon.
DAWN = (385,)
THREE_TIMES = (375, 645, 1020)
TWICE = (385, 1005)
MORNING_TWICE = (375, 645)


@dataclass(frozen=True)
class Batch:
    """One batch of a product's recipe: `planned` pieces go in, `produced` come out."""

    product: ProductSpec
    recipe: RecipeSpec
    day: date
    number: int
    planned: int
    produced: int
    finished_at: datetime
    items: Mapping[str, IngredientSpec]
    """The ingredients that the bakery has, by SKU."""

    @property
    def code(self) -> str:
        """The label on the rack."""
        return f"H-{self.day:%y%m%d}-{self.number:02}"

    @property
    def id(self) -> int:
        """The identifier of its row."""
        return (self.day - EPOCH).days * 100 + self.number

    @property
    def started_at(self) -> datetime:
        """When hands were first on it."""
        recipe = self.recipe
        hands_on = min(recipe.preparation_minutes + recipe.baking_minutes + 30, 150)
        return self.finished_at - timedelta(minutes=hands_on)

    @property
    def uses(self) -> dict[str, Decimal]:
        """The ingredients that it takes, by SKU."""
        factor = Decimal(self.planned) / self.recipe.yield_quantity
        return {
            sku: measured(self.items[sku], amount * factor)
            for sku, amount in self.recipe.ingredients
        }


def bake_day(
    scene: Scene, day: date, left: Quantities, tickets: list[Ticket], orders: list[CustomerOrder]
) -> list[Batch]:
    """The batches of a day in the order of the oven: each is ready before its pieces are wanted.

    `left` are the pieces that stay on the shelf in the evening.
    """
    recipes = {recipe.name: recipe for recipe in scene.profile.recipes}
    items = {item.sku: item for item in scene.profile.ingredients}
    rng = scene.random_for("production", day)
    wanted = _wanted(tickets, orders)
    turns = sorted(
        (minute, sku, count)
        for sku in {**left, **wanted}
        for minute, count in _turns(scene, sku, day, left.get(sku, 0), wanted.get(sku, []))
    )
    batches = []
    for number, (minute, sku, count) in enumerate(turns, start=1):
        product = scene.products[sku]
        assert product.recipe is not None, f"{sku} is baked without a recipe"
        batches.append(
            Batch(
                product, recipes[product.recipe], day, number, count + count // 40, count,
                at(day, minute + rng.randrange(JITTER)), items,
            )
        )  # fmt: skip
    return batches


def _wanted(tickets: list[Ticket], orders: list[CustomerOrder]) -> dict[str, list[tuple[int, int]]]:
    """By product, the minutes at which pieces leave the shop, and how many."""
    wanted: dict[str, list[tuple[int, int]]] = {}
    for ticket in tickets:
        for sku, count in ticket.lines:
            wanted.setdefault(sku, []).append((_minute(ticket.sold_at), count))
    for order in orders:
        if not order.cancelled:
            for sku, count in order.lines:
                wanted.setdefault(sku, []).append((_minute(order.delivered_at), count))
    return wanted


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _turns(
    scene: Scene, sku: str, day: date, left: int, wanted: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """When the product is baked, and how much: enough to last until the next turn is out.

    `left` is what stays in the evening besides.
    """
    minutes: Sequence[int] = DAWN
    if sku == "PAN-01":
        minutes = MORNING_TWICE if scene.calendar.is_morning_only(day) else THREE_TIMES
    elif sku == "BOL-01" and not scene.calendar.is_morning_only(day):
        minutes = TWICE
    begun = 0
    reserve = RESERVE if len(minutes) > 1 else 0
    for minute, following in zip(minutes, [*minutes[1:], None], strict=True):
        until = 24 * 60 if following is None else following + JITTER + FRESH
        count = sum(count for moment, count in wanted if begun <= moment < until)
        count += reserve if begun == 0 else 0
        count += max(0, left - reserve) if following is None else 0
        begun = until
        if count:
            yield minute, count


def plan_events(scene: Scene, batches: list[Batch]) -> Iterator[Event]:
    """The plan of a day, made days before."""
    recipe_ids = {recipe.name: n for n, recipe in enumerate(scene.profile.recipes, start=1)}
    bakers = [
        n for n, user in enumerate(scene.profile.users, start=1) if user.role is UserRole.BAKER
    ]
    for batch in batches:
        yield BatchPlanned(
            at(batch.day - timedelta(days=DAYS_PLANNED), PLANNED_AT),
            batch.id,
            batch.code,
            recipe_ids[batch.recipe.name],
            scene.location_ids[scene.bakes_at.name],
            bakers[batch.number % len(bakers)],
            batch.day,
            batch.planned,
        )


def oven_events(scene: Scene, batches: list[Batch]) -> Iterator[Event]:
    """The batches of a day. A few pieces in a hundred do not make it to the shelf.

    In the weeks before this one the ledger says what a day took, not what each batch did.
    """
    costs = {item.sku: item.unit_cost for item in scene.profile.ingredients}
    for batch in batches:
        uses = tuple((scene.ingredient_ids[sku], amount) for sku, amount in batch.uses.items())
        spent = sum((costs[sku] * amount for sku, amount in batch.uses.items()), Decimal(0))
        is_traced = batch.day >= scene.monday
        yield BatchStarted(batch.started_at, batch.id, uses if is_traced else ())
        yield BatchFinished(
            batch.finished_at,
            batch.id,
            scene.product_ids[batch.product.sku],
            batch.produced,
            unit_cost(spent / batch.produced),
            _note(batch),
            batch.planned - batch.produced,
            "Retiradas por el formado" if batch.planned > batch.produced else None,
        )


def cancelled_events(scene: Scene, day: date, batches: list[Batch]) -> list[Event]:
    """Now and then a batch is planned for a customer who changes their mind."""
    rng = scene.random_for("cancelled batch", day)
    if rng.random() >= CANCELLED_CHANCE:
        return []
    batch = _extra(scene, day, len(batches) + 1, rng)
    given_up = BatchCancelled(
        at(day, 2 * 60 + 45), batch.id, "Anulada: el cliente retiró el encargo."
    )
    return [*plan_events(scene, [batch]), given_up]


def _extra(scene: Scene, day: date, number: int, rng: Random) -> Batch:
    product = rng.choice([item for item in scene.profile.products if item.season is None])
    recipe = next(recipe for recipe in scene.profile.recipes if recipe.name == product.recipe)
    pieces = recipe.yield_quantity
    return Batch(product, recipe, day, number, pieces, pieces, at(day, DAWN[0]), {})


def baked_event(scene: Scene, day: date, pieces: Quantities) -> Event:
    """The night's work of a workshop that keeps no batches."""
    counts = tuple((scene.product_ids[sku], count) for sku, count in pieces.items() if count)
    home = scene.location_ids[scene.bakes_at.name]
    return Baked(at(day, 300), home, counts, f"Hornada {day:%d/%m/%Y}")


def _note(batch: Batch) -> str | None:
    lost = batch.planned - batch.produced
    return f"{lost} piezas retiradas por el formado." if lost >= 2 else None
