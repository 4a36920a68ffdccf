"""Recipes: the list with costs and margins, and one recipe with its ingredients."""

from flask import request
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.bakery.listing import ListQuery
from app.bakery.recipes import service
from app.bakery.recipes.schemas import (
    RecipeDetail,
    RecipePage,
    RecipeQuery,
    ScaleQuery,
    VersionPage,
)
from app.web.inside.forms import fault_of
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, ListPage, offer_table, show_list

LIST = ListPage(
    title="Recetas",
    path="/demo/recetas",
    things=("receta", "recetas"),
    query=RecipeQuery,
    fetch=service.list_recipes,
    schema=RecipePage,
    columns=(
        Column("name", sort="name", link="/demo/recetas/{id}", note="category"),
        Column("yield_quantity", "amount", heading="Piezas", wide=True),
        Column("total_minutes", "minutes", sort="total_minutes", heading="Tiempo", wide=True),
        Column("cost_per_piece", "euros", sort="cost_per_piece", heading="Coste por pieza"),
        Column("price", "euros", wide=True),
        Column("margin_percent", "percent", sort="margin_percent", heading="Margen"),
    ),
    search="Nombre o categoría",
)


@blueprint.get("/recetas")
@in_bakery("recipes")
def recipes(session: Session) -> Answer:
    """List recipes with their costs and margins."""
    return show_list(session, LIST)


offer_table("recipes", LIST)


@blueprint.get("/recetas/<int:recipe_id>")
@in_bakery("recipes")
def recipe(session: Session, recipe_id: int) -> Answer:
    """Show a recipe, its cost, and its ingredients for the pieces that the address asks for."""
    fault = None
    try:
        pieces = ScaleQuery(quantity=request.args.get("quantity")).quantity
    except ValidationError as error:
        pieces, fault = None, fault_of(error)
    found = RecipeDetail.model_validate(service.fetch_recipe(session, recipe_id, pieces))
    versions = service.list_versions(session, recipe_id, ListQuery(per_page=10))
    context = {
        "title": found.name,
        "recipe": found,
        "versions": VersionPage.model_validate(versions).items,
        "fault": fault,
    }
    return Shown("making/recipe.html", context, fault.status if fault else 200)
