"""Production: the batches of a bakery with recipes, the pieces of one without."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from random import Random

from app.bakery.business.models import UserRole
from app.bakery.production.models import BatchStatus
from seeds.catalogue.kinds import ProductSpec, RecipeSpec
from seeds.orders import PlacedOrder, pieces_ordered
from seeds.sales import Ticket, pieces_sold
from seeds.supply import Supply, add_up, expected_supply
from seeds.values import Quantities, Row, Scene, Tables, at, quantity, unit_cost

DAYS_PLANNED = 2
CANCELLED_CHANCE = 0.05
FRESH = 8
"""Pieces that the first batch leaves on the shelf when the second one is still in the oven."""

Turns = tuple[tuple[int, float], ...]
"""Minutes after midnight at which a batch leaves the oven, and its share of the day."""

# Bread is baked three times so that it is fresh for lunch and supper, croissants again for the
# afternoon.
DAWN: Turns = ((390, 1.0),)
THREE_TIMES: Turns = ((375, 0.60), (645, 0.25), (1020, 0.15))
TWICE: Turns = ((385, 0.75), (1005, 0.25))
MORNING_TWICE: Turns = ((375, 0.70), (645, 0.30))


@dataclass(frozen=True)
class Batch:
    """One batch of a product's recipe."""

    product: ProductSpec
    recipe: RecipeSpec
    day: date
    number: int
    status: BatchStatus
    planned: int
    produced: int | None
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def code(self) -> str:
        """The label on the rack."""
        return f"H-{self.day:%y%m%d}-{self.number:02}"


def pieces_baked(scene: Scene, supply: Supply, orders: list[PlacedOrder], day: date) -> Quantities:
    """The pieces of a whole day: every shop's supply and every customer's order."""
    shops = (supply[day, location.name] for location in scene.selling)
    return add_up(*shops, pieces_ordered(orders, day))


def bake(
    scene: Scene, tickets: list[Ticket], supply: Supply, orders: list[PlacedOrder]
) -> list[Batch]:
    """The batches of the history, of today, and those that are planned for the next days."""
    recipes = {recipe.name: recipe for recipe in scene.profile.recipes}
    if not recipes:
        return []
    sold_by_now = pieces_sold(tickets, until=scene.now)
    home = scene.bakes_at
    batches = []
    for day in scene.days:
        pieces = pieces_baked(scene, supply, orders, day)
        gone = add_up(sold_by_now.get((day, home.name), {}), pieces_ordered(orders, day))
        batches += _bake_day(scene, recipes, day, pieces, gone if day == scene.today else {})
    for ahead in range(1, DAYS_PLANNED + 1):
        day = scene.today + timedelta(days=ahead)
        if scene.calendar.is_open(day):
            pieces = add_up(expected_supply(scene, home, day), pieces_ordered(orders, day))
            batches += _bake_day(scene, recipes, day, pieces, {})
    return batches


def _bake_day(
    scene: Scene, recipes: dict[str, RecipeSpec], day: date, pieces: Quantities, gone: Quantities
) -> list[Batch]:
    """A day's batches in the order of the oven. `gone` is what the first batch must cover."""
    rng = scene.random_for("production", day)
    turns = [
        (minute, sku, count)
        for sku, total in pieces.items()
        for minute, count in _turns(scene, sku, day, total, gone.get(sku, 0))
    ]
    batches = []
    for number, (minute, sku, count) in enumerate(sorted(turns), start=1):
        product = scene.products[sku]
        assert product.recipe is not None, f"{sku} is baked without a recipe"
        jitter = rng.randrange(12)
        batch = _run(scene, product, recipes[product.recipe], day, number, (minute + jitter, count))
        batches.append(batch)
    if day < scene.today and rng.random() < CANCELLED_CHANCE:
        batches.append(_cancelled(scene, recipes, day, len(batches) + 1, rng))
    return batches


def _turns(scene: Scene, sku: str, day: date, total: int, gone: int) -> list[tuple[int, int]]:
    plan = DAWN
    if sku == "PAN-01":
        plan = MORNING_TWICE if scene.calendar.is_morning_only(day) else THREE_TIMES
    elif sku == "BOL-01" and not scene.calendar.is_morning_only(day):
        plan = TWICE
    first = min(total, max(ceil(total * plan[0][1]), gone + FRESH))
    later = [(minute, round(total * share)) for minute, share in plan[1:]]
    turns = [(plan[0][0], first), *later]
    missing = total - sum(count for _, count in turns)
    turns[-1] = (turns[-1][0], max(2, turns[-1][1] + missing))
    return turns


def _run(
    scene: Scene,
    product: ProductSpec,
    recipe: RecipeSpec,
    day: date,
    number: int,
    turn: tuple[int, int],
) -> Batch:
    """One batch as far as it is by now. A few pieces in a hundred do not make it to the shelf."""
    minute, wanted = turn
    planned = wanted + wanted // 40
    finished_at = at(day, minute)
    hands_on = min(recipe.preparation_minutes + recipe.baking_minutes + 30, 150)
    started_at = finished_at - timedelta(minutes=hands_on)
    if started_at > scene.now:
        return Batch(product, recipe, day, number, BatchStatus.PLANNED, planned, None, None, None)
    if finished_at > scene.now:
        status = BatchStatus.IN_PROGRESS
        return Batch(product, recipe, day, number, status, planned, None, started_at, None)
    status = BatchStatus.COMPLETED
    return Batch(product, recipe, day, number, status, planned, wanted, started_at, finished_at)


def _cancelled(
    scene: Scene, recipes: dict[str, RecipeSpec], day: date, number: int, rng: Random
) -> Batch:
    product = rng.choice([item for item in scene.profile.products if item.season is None])
    assert product.recipe is not None
    recipe, status = recipes[product.recipe], BatchStatus.CANCELLED
    return Batch(product, recipe, day, number, status, recipe.yield_quantity, None, None, None)


def ingredients_used(batches: list[Batch], day: date) -> dict[str, Decimal]:
    """The ingredients, by SKU, that the batches begun on a day took."""
    used: dict[str, Decimal] = {}
    for batch in batches:
        if batch.day == day and batch.started_at is not None:
            for sku, amount in batch.recipe.ingredients:
                share = amount * batch.planned / batch.recipe.yield_quantity
                used[sku] = used.get(sku, Decimal(0)) + share
    return used


def recipe_rows(scene: Scene) -> Tables:
    """The recipe book."""
    created_at = at(scene.days[0] - timedelta(days=30), 12 * 60)
    recipes = scene.profile.recipes
    return {
        "recipes": [
            {
                "id": n,
                "name": recipe.name,
                "category": recipe.category,
                "yield_quantity": Decimal(recipe.yield_quantity),
                "preparation_minutes": recipe.preparation_minutes,
                "fermentation_minutes": recipe.fermentation_minutes,
                "baking_minutes": recipe.baking_minutes,
                "oven_celsius": recipe.oven_celsius,
                "instructions": recipe.instructions,
                "created_at": created_at,
            }
            for n, recipe in enumerate(recipes, start=1)
        ],
        "recipe_ingredients": [
            {
                "recipe_id": n,
                "ingredient_id": scene.ingredient_ids[sku],
                "quantity": quantity(amount),
            }
            for n, recipe in enumerate(recipes, start=1)
            for sku, amount in recipe.ingredients
        ],
    }


def batch_rows(scene: Scene, batches: list[Batch]) -> list[Row]:
    """The batches, each with the cost of the ingredients in one piece."""
    recipe_ids = {recipe.name: n for n, recipe in enumerate(scene.profile.recipes, start=1)}
    costs = {item.sku: item.unit_cost for item in scene.profile.ingredients}
    bakers = [
        n for n, user in enumerate(scene.profile.users, start=1) if user.role is UserRole.BAKER
    ]
    rows = []
    for n, batch in enumerate(batches, start=1):
        recipe = batch.recipe
        run_cost = sum((costs[sku] * amount for sku, amount in recipe.ingredients), Decimal(0))
        spent = run_cost / recipe.yield_quantity * batch.planned
        rows.append(
            {
                "id": n,
                "batch_code": batch.code,
                "recipe_id": recipe_ids[recipe.name],
                "location_id": scene.location_ids[scene.bakes_at.name],
                "baker_id": bakers[batch.number % len(bakers)],
                "planned_on": batch.day,
                "status": batch.status.value,
                "quantity_planned": Decimal(batch.planned),
                "quantity_produced": None if batch.produced is None else Decimal(batch.produced),
                "unit_cost": unit_cost(spent / batch.produced) if batch.produced else None,
                "started_at": batch.started_at,
                "finished_at": batch.finished_at,
                "notes": _note(batch),
            }
        )
    return rows


def _note(batch: Batch) -> str | None:
    if batch.status is BatchStatus.CANCELLED:
        return "Anulada: el cliente retiró el encargo."
    if batch.produced is not None and batch.planned - batch.produced >= 2:
        return f"{batch.planned - batch.produced} piezas retiradas por el formado."
    return None
