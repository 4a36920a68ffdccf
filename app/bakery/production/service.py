"""Batches, the plan of a day, and the ingredients that it takes."""

from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Location, User
from app.bakery.clock import today
from app.bakery.inventory.models import Ingredient
from app.bakery.inventory.service import ON_HAND
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.production.models import BatchStatus, ProductionBatch
from app.bakery.production.schemas import BatchQuery
from app.bakery.recipes.models import Recipe
from app.bakery.recipes.needs import NEEDS

NO_BATCH = "No existe esa hornada."
NOT_BEGUN = ProductionBatch.status == BatchStatus.PLANNED

BATCHES = Listing(
    sorts={
        "planned_on": ProductionBatch.planned_on,
        "recipe_name": folded(Recipe.name),
        "batch_code": ProductionBatch.batch_code,
        "quantity_planned": ProductionBatch.quantity_planned,
        "quantity_produced": ProductionBatch.quantity_produced,
        "status": ProductionBatch.status,
    },
    default="-planned_on",
    tie_breakers=(ProductionBatch.id,),
    search=(Recipe.name, ProductionBatch.batch_code),
)


def select_batches() -> Rows:
    """Batches with the names of what they refer to."""
    return (
        select(
            *ProductionBatch.__table__.columns,
            Recipe.name.label("recipe_name"),
            Location.name.label("location_name"),
            User.full_name.label("baker_name"),
        )
        .join(Recipe, Recipe.id == ProductionBatch.recipe_id)
        .join(Location, Location.id == ProductionBatch.location_id)
        .outerjoin(User, User.id == ProductionBatch.baker_id)
    )


def list_batches(session: Session, query: BatchQuery) -> dict[str, Any]:
    """A page of batches, the newest day first."""
    statement = select_batches()
    if query.status is not None:
        statement = statement.where(ProductionBatch.status == query.status)
    if query.recipe_id is not None:
        statement = statement.where(ProductionBatch.recipe_id == query.recipe_id)
    if query.from_ is not None:
        statement = statement.where(ProductionBatch.planned_on >= query.from_)
    if query.to is not None:
        statement = statement.where(ProductionBatch.planned_on <= query.to)
    return paginate(session, statement, BATCHES, query)


def fetch_batch(session: Session, batch_id: int) -> dict[str, Any]:
    """One batch, with the ingredients that it will take; one that is begun has taken them."""
    chosen = ProductionBatch.id == batch_id
    batch = fetch_one(session, select_batches().where(chosen), NO_BATCH)
    return batch | {"needs": _fetch_needs(session, chosen & NOT_BEGUN)}


def fetch_plan(session: Session, day: date | None) -> dict[str, Any]:
    """A day's batches by recipe, without the cancelled ones, and what they still need."""
    day = day or today()
    on_day = ProductionBatch.planned_on == day
    statement = (
        select_batches()
        .where(on_day, ProductionBatch.status != BatchStatus.CANCELLED)
        .order_by(folded(Recipe.name), Recipe.id, ProductionBatch.id)
    )
    batches = fetch_all(session, statement)
    recipes = [
        {"recipe_id": key[0], "recipe_name": key[1], **_gather(list(group))}
        for key, group in groupby(batches, lambda row: (row["recipe_id"], row["recipe_name"]))
    ]
    needs = _fetch_needs(session, on_day & NOT_BEGUN)
    return {
        "date": day,
        "recipes": recipes,
        "needs": needs,
        "feasible": all(need["enough"] for need in needs),
        "quantity_planned": sum(row["quantity_planned"] for row in recipes),
        "quantity_produced": sum(row["quantity_produced"] for row in recipes),
    }


def _gather(batches: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "batches": batches,
        "quantity_planned": sum(row["quantity_planned"] for row in batches),
        "quantity_produced": sum(row["quantity_produced"] or Decimal(0) for row in batches),
    }


def _fetch_needs(session: Session, chosen: ColumnElement[bool]) -> list[dict[str, Any]]:
    """The ingredients that the chosen batches take, the scarcest first."""
    share = ProductionBatch.quantity_planned / Recipe.yield_quantity
    needed = (
        select(
            NEEDS.c.ingredient_id,
            func.sum(NEEDS.c.quantity * share).label("needed"),
        )
        .join(Recipe, Recipe.id == NEEDS.c.recipe_id)
        .join(ProductionBatch, ProductionBatch.recipe_id == Recipe.id)
        .where(chosen)
        .group_by(NEEDS.c.ingredient_id)
        .subquery()
    )
    missing = func.greatest(needed.c.needed - ON_HAND, 0)
    statement = (
        select(
            Ingredient.id.label("ingredient_id"),
            Ingredient.name,
            Ingredient.unit,
            needed.c.needed,
            ON_HAND.label("in_stock"),
            missing.label("missing"),
            (needed.c.needed <= ON_HAND).label("enough"),
        )
        .join(needed, needed.c.ingredient_id == Ingredient.id)
        .order_by(case((missing > 0, 0), else_=1), folded(Ingredient.name), Ingredient.id)
    )
    return fetch_all(session, statement)
