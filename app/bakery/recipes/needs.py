"""What recipes take, those that they are made of included, and what that costs today."""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.bakery.inventory.models import Ingredient, StockLot
from app.bakery.recipes.models import Recipe, RecipeComponent, RecipeIngredient
from app.bakery.suppliers.models import Supplier, SupplierPrice

_PART = aliased(Recipe)
_ROOTS = select(
    Recipe.id.label("recipe_id"),
    Recipe.id.label("part_id"),
    cast(1, Numeric).label("runs"),
).cte("parts", recursive=True)
PARTS = _ROOTS.union_all(
    select(
        _ROOTS.c.recipe_id,
        RecipeComponent.component_id,
        _ROOTS.c.runs * RecipeComponent.quantity / _PART.yield_quantity,
    )
    .join(RecipeComponent, RecipeComponent.recipe_id == _ROOTS.c.part_id)
    .join(_PART, _PART.id == RecipeComponent.component_id)
)
"""Each recipe with itself and all recipes below it, and how often one run of it makes those."""

NEEDS = (
    select(
        PARTS.c.recipe_id,
        RecipeIngredient.ingredient_id,
        func.sum(PARTS.c.runs * RecipeIngredient.quantity).label("quantity"),
    )
    .join(RecipeIngredient, RecipeIngredient.recipe_id == PARTS.c.part_id)
    .group_by(PARTS.c.recipe_id, RecipeIngredient.ingredient_id)
    .subquery("needs")
)
"""The quantity of each ingredient that one run of a recipe takes."""

_IN_STOCK: ColumnElement[Any] = (
    select(func.sum(StockLot.quantity * StockLot.unit_cost) / func.sum(StockLot.quantity))
    .where(StockLot.ingredient_id == Ingredient.id, StockLot.quantity > 0)
    .correlate(Ingredient)
    .scalar_subquery()
)
_AT_SUPPLIERS: ColumnElement[Any] = (
    select(func.min(SupplierPrice.pack_price / SupplierPrice.pack_size))
    .join(Supplier, Supplier.id == SupplierPrice.supplier_id)
    .where(SupplierPrice.ingredient_id == Ingredient.id, Supplier.is_active)
    .correlate(Ingredient)
    .scalar_subquery()
)
UNIT_COST: ColumnElement[Any] = func.coalesce(_IN_STOCK, _AT_SUPPLIERS, Ingredient.unit_cost)
"""What a unit costs today: as the lots in stock did, else at the cheapest supplier."""


def fetch_below(session: Session, recipe_ids: list[int]) -> dict[int, set[int]]:
    """Return the recipes that each of these is made of, itself included."""
    statement = select(PARTS.c.recipe_id, PARTS.c.part_id).where(PARTS.c.recipe_id.in_(recipe_ids))
    found: dict[int, set[int]] = {key: set() for key in recipe_ids}
    for recipe_id, part_id in session.execute(statement):
        found[recipe_id].add(part_id)
    return found
