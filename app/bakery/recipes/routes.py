"""Recipes over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.listing import ListQuery
from app.bakery.recipes import service, writing
from app.bakery.recipes.models import Recipe
from app.bakery.recipes.schemas import (
    RecipeChange,
    RecipeDetail,
    RecipeIn,
    RecipePage,
    RecipeQuery,
    ScaleQuery,
    VersionPage,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("recipes", "/api/recipes", "Recetas")


@blueprint.get("")
@blueprint.doc(summary="Listar las recetas con su coste y su margen.")
@blueprint.input(RecipeQuery, location="query")
@blueprint.output(RecipePage)
@in_tenant("recipes")
def list_recipes(session: Session, query_data: RecipeQuery) -> dict[str, Any]:
    """List recipes with their costs and margins."""
    return service.list_recipes(session, query_data)


@blueprint.post("")
@blueprint.doc(summary="Añadir una receta.")
@blueprint.input(RecipeIn)
@blueprint.output(RecipeDetail, status_code=201)
@in_tenant("recipes")
def create_recipe(session: Session, json_data: RecipeIn) -> dict[str, Any]:
    """Add a recipe."""
    return writing.create_recipe(session, json_data)


@blueprint.get("/<int:recipe_id>")
@blueprint.doc(summary="Ver una receta, sus ingredientes y su coste, para las piezas que quieras.")
@blueprint.input(ScaleQuery, location="query")
@blueprint.output(RecipeDetail)
@in_tenant("recipes")
def show_recipe(
    session: Session, recipe_id: int, query_data: ScaleQuery | None = None
) -> dict[str, Any]:
    """Show a recipe, its ingredients and its cost, scaled to a number of pieces."""
    quantity = None if query_data is None else query_data.quantity
    return service.fetch_recipe(session, recipe_id, quantity)


@blueprint.put("/<int:recipe_id>")
@blueprint.doc(summary="Cambiar una receta: la versión anterior se guarda.")
@blueprint.input(RecipeChange)
@blueprint.output(RecipeDetail)
@in_tenant("recipes", record=Recipe)
def change_recipe(session: Session, recipe_id: int, json_data: RecipeChange) -> dict[str, Any]:
    """Write a recipe again; the version before is kept."""
    return writing.change_recipe(session, recipe_id, json_data)


@blueprint.get("/<int:recipe_id>/versions")
@blueprint.doc(summary="Listar las versiones anteriores de una receta, primero la última.")
@blueprint.input(ListQuery, location="query")
@blueprint.output(VersionPage)
@in_tenant("recipes")
def list_versions(session: Session, recipe_id: int, query_data: ListQuery) -> dict[str, Any]:
    """List the former versions of a recipe."""
    return service.list_versions(session, recipe_id, query_data)
