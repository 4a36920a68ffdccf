"""Writing recipes: a change makes a new version, and what was before is kept."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.bakery.clock import now
from app.bakery.inventory.lots.drawing import check_quantity
from app.bakery.inventory.models import Ingredient
from app.bakery.listing import fetch_all
from app.bakery.problems import Problems
from app.bakery.recipes.models import Recipe, RecipeComponent, RecipeIngredient, RecipeVersion
from app.bakery.recipes.needs import fetch_below
from app.bakery.recipes.schemas import RecipeChange, RecipeIn
from app.bakery.recipes.service import NO_RECIPE, fetch_components, fetch_recipe
from app.errors import NotFound
from app.language.texts import _

HEAD = (
    "name", "category", "yield_quantity", "preparation_minutes", "fermentation_minutes",
    "baking_minutes", "oven_celsius", "instructions",
)  # fmt: skip


def create_recipe(session: Session, written: RecipeIn) -> dict[str, Any]:
    """Add a recipe.

    Raises:
        InvalidRequest: there is one of that name, or a part does not exist or does not fit.
    """
    _check(session, written, None)
    recipe = Recipe(**_head(written), is_active=written.is_active, created_at=now())
    session.add(recipe)
    session.flush()
    _write_parts(session, recipe.id, written)
    return fetch_recipe(session, recipe.id)


def change_recipe(session: Session, recipe_id: int, written: RecipeChange) -> dict[str, Any]:
    """Write a recipe again. One that says the same stays the version it is.

    Raises:
        NotFound: there is no such recipe.
        InvalidRequest: as for a new one; also if it needs itself, at once or through others.
    """
    # Recipes are changed one after the other: two changes could make a circle together.
    rows = session.scalars(select(Recipe).order_by(Recipe.id).with_for_update(key_share=True))
    recipe = {row.id: row for row in rows}.get(recipe_id)
    if recipe is None:
        raise NotFound(NO_RECIPE)
    _check(session, written, recipe_id)
    before = _content(session, recipe)
    for name, value in _head(written).items():
        setattr(recipe, name, value)
    recipe.is_active = written.is_active
    session.execute(delete(RecipeIngredient).where(RecipeIngredient.recipe_id == recipe_id))
    session.execute(delete(RecipeComponent).where(RecipeComponent.recipe_id == recipe_id))
    _write_parts(session, recipe_id, written)
    session.flush()
    session.refresh(recipe)
    if _content(session, recipe) != before:
        former = RecipeVersion(
            recipe_id=recipe_id,
            version=recipe.version,
            replaced_at=now(),
            reason=written.reason or None,
            content=before,
        )
        session.add(former)
        recipe.version += 1
        session.flush()
    return fetch_recipe(session, recipe_id)


def _head(written: RecipeIn) -> dict[str, Any]:
    return {name: getattr(written, name) for name in HEAD}


def _write_parts(session: Session, recipe_id: int, written: RecipeIn) -> None:
    ingredients = [
        {"recipe_id": recipe_id, "ingredient_id": row.ingredient_id, "quantity": row.quantity}
        for row in written.ingredients
    ]
    session.execute(insert(RecipeIngredient).values(ingredients))
    components = [
        {"recipe_id": recipe_id, "component_id": row.recipe_id, "quantity": row.quantity}
        for row in written.components
    ]
    if components:
        session.execute(insert(RecipeComponent).values(components))


def _content(session: Session, recipe: Recipe) -> dict[str, Any]:
    """What a version says, as values that JSON can express."""
    statement = (
        select(Ingredient.id.label("ingredient_id"), Ingredient.name, RecipeIngredient.quantity)
        .join(Ingredient, Ingredient.id == RecipeIngredient.ingredient_id)
        .where(RecipeIngredient.recipe_id == recipe.id)
        .order_by(Ingredient.id)
    )
    head = {name: _plain(getattr(recipe, name)) for name in HEAD}
    return head | {
        "ingredients": _plain_rows(fetch_all(session, statement)),
        "components": _plain_rows(fetch_components(session, recipe.id)),
    }


def _plain_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _check(session: Session, written: RecipeIn, recipe_id: int | None) -> None:
    problems = Problems()
    same = select(Recipe.id).where(Recipe.name == written.name)
    if session.scalar(same) not in (None, recipe_id):
        problems.add("name", "Ya hay una receta con ese nombre.")
    _check_ingredients(session, written, problems)
    _check_components(session, written, recipe_id, problems)
    problems.ensure_none()


def _check_ingredients(session: Session, written: RecipeIn, problems: Problems) -> None:
    ids = [row.ingredient_id for row in written.ingredients]
    known = {
        row.id: row for row in session.scalars(select(Ingredient).where(Ingredient.id.in_(ids)))
    }
    for number, row in enumerate(written.ingredients):
        place = f"ingredients.{number}."
        ingredient = known.get(row.ingredient_id)
        if ingredient is None:
            sentence = _(
                "No existe el ingrediente %(ingredient_id)s.", ingredient_id=row.ingredient_id
            )
            problems.add(f"{place}ingredient_id", sentence)
            continue
        if row.ingredient_id in ids[:number]:
            problems.add(
                f"{place}ingredient_id", _("%(name)s está dos veces.", name=ingredient.name)
            )
        check_quantity(problems, ingredient, row.quantity, row.unit, place)


def _check_components(
    session: Session, written: RecipeIn, recipe_id: int | None, problems: Problems
) -> None:
    ids = [row.recipe_id for row in written.components]
    names = dict(_names(session, ids))
    below = fetch_below(session, ids) if ids else {}
    for number, key in enumerate(ids):
        place = f"components.{number}.recipe_id"
        if key == recipe_id:
            problems.add(place, "Una receta no puede llevarse dentro a sí misma.")
        elif key not in names:
            problems.add(place, _("No existe la receta %(key)s.", key=key))
        elif recipe_id in below[key]:
            sentence = _(
                "«%(name)s» ya lleva dentro esta receta: se necesitarían una a otra.",
                name=names[key],
            )
            problems.add(place, sentence)
        elif key in ids[:number]:
            problems.add(place, _("«%(name)s» está dos veces.", name=names[key]))


def _names(session: Session, ids: Sequence[int]) -> list[tuple[int, str]]:
    found = session.execute(select(Recipe.id, Recipe.name).where(Recipe.id.in_(ids)))
    return [(row.id, row.name) for row in found]
