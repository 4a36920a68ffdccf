"""Recipes, with their costs and margins."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.bakery.inventory.models import Ingredient
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.pos.models import Product
from app.bakery.recipes.models import Recipe, RecipeIngredient
from app.bakery.recipes.schemas import RecipeQuery

COST: ColumnElement[Any] = (
    select(func.coalesce(func.sum(RecipeIngredient.quantity * Ingredient.unit_cost), 0))
    .join(Ingredient, Ingredient.id == RecipeIngredient.ingredient_id)
    .where(RecipeIngredient.recipe_id == Recipe.id)
    .correlate(Recipe)
    .scalar_subquery()
)
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


def _select_recipes() -> Rows:
    return select(
        *Recipe.__table__.columns,
        MINUTES.label("total_minutes"),
        COST.label("cost_per_run"),
        COST_PER_PIECE.label("cost_per_piece"),
        Product.id.label("product_id"),
        Product.name.label("product_name"),
        Product.price,
        MARGIN.label("margin"),
        (MARGIN / NET_PRICE * 100).label("margin_percent"),
    ).outerjoin(Product, Product.id == FIRST_PRODUCT)


def list_recipes(session: Session, query: RecipeQuery) -> dict[str, Any]:
    """A page of recipes."""
    statement = _select_recipes()
    if query.category is not None:
        statement = statement.where(Recipe.category == query.category)
    if query.active is not None:
        statement = statement.where(Recipe.is_active.is_(query.active))
    return paginate(session, statement, RECIPES, query)


def fetch_recipe(session: Session, recipe_id: int) -> dict[str, Any]:
    """One recipe with its ingredients and the allergens that they bring."""
    recipe = fetch_one(
        session, _select_recipes().where(Recipe.id == recipe_id), "No existe esa receta."
    )
    statement = (
        select(
            Ingredient.id.label("ingredient_id"),
            Ingredient.name,
            Ingredient.category,
            Ingredient.unit,
            Ingredient.unit_cost,
            Ingredient.allergens,
            RecipeIngredient.quantity,
            (RecipeIngredient.quantity * Ingredient.unit_cost).label("cost"),
        )
        .join(Ingredient, Ingredient.id == RecipeIngredient.ingredient_id)
        .where(RecipeIngredient.recipe_id == recipe_id)
        .order_by(RecipeIngredient.quantity.desc(), Ingredient.id)
    )
    ingredients = fetch_all(session, statement)
    allergens = sorted({name for item in ingredients for name in item["allergens"]})
    return recipe | {"ingredients": ingredients, "allergens": allergens}
