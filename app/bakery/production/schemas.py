"""Queries and answers of the production API."""

from datetime import date

from pydantic import BaseModel, Field

from app.bakery.inventory.models import Unit
from app.bakery.listing import ListQuery
from app.bakery.production.models import BatchStatus
from app.bakery.schemas import Amount, Day, Moment, Page, Period, Query, RowKey, UnitCost


class BatchQuery(ListQuery, Period):
    """Filters of the list of batches; the period is that of the day they are planned for."""

    status: BatchStatus | None = None
    recipe_id: RowKey | None = None


class PlanQuery(Query):
    """The day of the plan."""

    date: Day | None = Field(default=None, description="Por defecto, hoy en la panadería.")


class BatchOut(BaseModel):
    """A batch."""

    id: int
    batch_code: str
    recipe_id: int
    recipe_name: str
    location_id: int
    location_name: str
    baker_id: int | None
    baker_name: str | None
    planned_on: date
    status: BatchStatus
    quantity_planned: Amount
    quantity_produced: Amount | None
    unit_cost: UnitCost | None
    started_at: Moment | None
    finished_at: Moment | None
    notes: str | None


class NeedOut(BaseModel):
    """The quantity of an ingredient that batches take, and the quantity in stock."""

    ingredient_id: int
    name: str
    unit: Unit
    needed: Amount
    in_stock: Amount
    missing: Amount
    enough: bool


class BatchDetail(BatchOut):
    """A batch with the ingredients that it takes."""

    needs: list[NeedOut]


class RecipePlan(BaseModel):
    """The batches of one recipe on one day."""

    recipe_id: int
    recipe_name: str
    quantity_planned: Amount
    quantity_produced: Amount
    batches: list[BatchOut]


class PlanOut(BaseModel):
    """A day's plan, by recipe, and what is still needed for it."""

    date: date
    quantity_planned: Amount
    quantity_produced: Amount
    recipes: list[RecipePlan]
    needs: list[NeedOut] = Field(description="De las hornadas sin terminar.")
    feasible: bool = Field(description="Si hay suficiente de todo.")


class BatchPage(Page):
    """A page of batches."""

    items: list[BatchOut]
