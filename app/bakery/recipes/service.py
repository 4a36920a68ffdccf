"""Recipes, with their costs and margins."""

from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.bakery.inventory.models import Ingredient, Unit
from app.bakery.listing import Listing, ListQuery, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.pos.models import Product
from app.bakery.recipes.allergens import gather
from app.bakery.recipes.models import Recipe, RecipeComponent, RecipeVersion
from app.bakery.recipes.needs import NEEDS, UNIT_COST
from app.bakery.recipes.schemas import RecipeQuery

NO_RECIPE = "No existe esa receta."
GRAM = Decimal("0.001")

_COSTS = (
    select(NEEDS.c.recipe_id, func.sum(NEEDS.c.quantity * UNIT_COST).label("cost"))
    .join(Ingredient, Ingredient.id == NEEDS.c.ingredient_id)
    .group_by(NEEDS.c.recipe_id)
    .subquery("costs")
)
COST: ColumnElement[Any] = func.coalesce(_COSTS.c.cost, 0)
"""The present cost of the ingredients of one run."""
COST_PER_PIECE: ColumnElement[Any] = COST / Recipe.yield_quantity
FIRST_PRODUCT: ColumnElement[int] = (
    select(func.min(Product.id))
    .where(Product.recipe_id == Recipe.id)
    .correlate(Recipe)
    .scalar_subquery()
)
MINUTES: ColumnElement[int] = (
    Recipe.preparation_minutes + Recipe.fermentation_minutes + Recipe.baking_minutes
)
NET_PRICE: ColumnElement[Any] = Product.price * 100 / (100 + Product.vat_percent)
"""Prices on the shelf include VAT; the margin does not."""
MARGIN: ColumnElement[Any] = NET_PRICE - COST_PER_PIECE

RECIPES = Listing(
    sorts={
        "name": folded(Recipe.name),
        "category": folded(Recipe.category),
        "cost_per_run": COST,
        "cost_per_piece": COST_PER_PIECE,
        "margin_percent": MARGIN / NET_PRICE,
        "total_minutes": MINUTES,
    },
    default="name",
    tie_breakers=(Recipe.id,),
    search=(Recipe.name, Recipe.category),
)
VERSIONS = Listing(
    sorts={"version": RecipeVersion.version, "replaced_at": RecipeVersion.replaced_at},
    default="-version",
    tie_breakers=(RecipeVersion.recipe_id, RecipeVersion.version),
    search=(RecipeVersion.reason,),
)


def _select_recipes() -> Rows:
    return (
        select(
            *Recipe.__table__.columns,
            MINUTES.label("total_minutes"),
            COST.label("cost_per_run"),
            COST_PER_PIECE.label("cost_per_piece"),
            Product.id.label("product_id"),
            Product.name.label("product_name"),
            Product.price,
            MARGIN.label("margin"),
            (MARGIN / NET_PRICE * 100).label("margin_percent"),
        )
        .outerjoin(Product, Product.id == FIRST_PRODUCT)
        .outerjoin(_COSTS, _COSTS.c.recipe_id == Recipe.id)
    )


def list_recipes(session: Session, query: RecipeQuery) -> dict[str, Any]:
    """A page of recipes."""
    statement = _select_recipes()
    if query.category is not None:
        statement = statement.where(Recipe.category == query.category)
    if query.active is not None:
        statement = statement.where(Recipe.is_active.is_(query.active))
    return paginate(session, statement, RECIPES, query)


def fetch_recipe(
    session: Session, recipe_id: int, quantity: Decimal | None = None
) -> dict[str, Any]:
    """One recipe with its ingredients, scaled to a quantity, and the allergens that they bring."""
    recipe = fetch_one(session, _select_recipes().where(Recipe.id == recipe_id), NO_RECIPE)
    pieces = quantity or recipe["yield_quantity"]
    ingredients = [
        _scaled(row, pieces / recipe["yield_quantity"])
        for row in _fetch_ingredients(session, recipe_id)
    ]
    return recipe | {
        "quantity": pieces,
        "cost": sum((row["cost"] for row in ingredients), Decimal(0)),
        "ingredients": ingredients,
        "components": fetch_components(session, recipe_id),
        "allergens": gather(row["allergens"] for row in ingredients),
    }


def _fetch_ingredients(session: Session, recipe_id: int) -> list[dict[str, Any]]:
    statement = (
        select(
            Ingredient.id.label("ingredient_id"),
            Ingredient.name,
            Ingredient.category,
            Ingredient.unit,
            UNIT_COST.label("unit_cost"),
            Ingredient.allergens,
            NEEDS.c.quantity,
        )
        .join(NEEDS, NEEDS.c.ingredient_id == Ingredient.id)
        .where(NEEDS.c.recipe_id == recipe_id)
        .order_by(NEEDS.c.quantity.desc(), Ingredient.id)
    )
    return fetch_all(session, statement)


def _scaled(row: dict[str, Any], runs: Decimal) -> dict[str, Any]:
    """A row of an ingredient for a number of runs, as it can be weighed or counted."""
    quantity = measured(row["unit"], row["quantity"] * runs)
    return row | {"quantity": quantity, "cost": quantity * row["unit_cost"]}


def measured(unit: Unit, quantity: Decimal) -> Decimal:
    """A quantity as it can be had: to the gram, or whole pieces."""
    step = Decimal(1) if unit is Unit.PIECE else GRAM
    return quantity.quantize(step, ROUND_CEILING)


def fetch_components(session: Session, recipe_id: int) -> list[dict[str, Any]]:
    """The recipes that one is made of."""
    statement = (
        select(Recipe.id.label("recipe_id"), Recipe.name, RecipeComponent.quantity)
        .join(Recipe, Recipe.id == RecipeComponent.component_id)
        .where(RecipeComponent.recipe_id == recipe_id)
        .order_by(folded(Recipe.name), Recipe.id)
    )
    return fetch_all(session, statement)


def list_versions(session: Session, recipe_id: int, query: ListQuery) -> dict[str, Any]:
    """A page of the former versions of a recipe, the last one first."""
    columns = RecipeVersion.__table__.columns
    statement = select(*columns).where(RecipeVersion.recipe_id == recipe_id)
    return paginate(session, statement, VERSIONS, query)
