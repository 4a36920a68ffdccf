"""Recipes over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.recipes import service
from app.bakery.recipes.schemas import RecipeDetail, RecipePage, RecipeQuery
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


@blueprint.get("/<int:recipe_id>")
@blueprint.doc(summary="Ver una receta, sus ingredientes y su coste.")
@blueprint.output(RecipeDetail)
@in_tenant("recipes")
def show_recipe(session: Session, recipe_id: int) -> dict[str, Any]:
    """Show a recipe, its ingredients and its cost."""
    return service.fetch_recipe(session, recipe_id)
