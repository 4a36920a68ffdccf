"""Queries and answers of the production API."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from app.bakery.inventory.models import Unit
from app.bakery.listing import ListQuery
from app.bakery.production.models import BatchStatus
from app.bakery.schemas import (
    Amount,
    BodyKey,
    Day,
    Moment,
    Page,
    Period,
    Pieces,
    Query,
    RowKey,
    UnitCost,
)
from app.validation import Request, Text

Run = Annotated[Pieces, Field(le=100_000)]
Note = Annotated[Text, Field(max_length=120)]


class BatchQuery(ListQuery, Period):
    """Filters of the list of batches; the period is that of the day they are planned for."""

    status: BatchStatus | None = None
    recipe_id: RowKey | None = None


class PlanQuery(Query):
    """The day of the plan."""

    date: Day | None = Field(default=None, description="Por defecto, hoy en la panadería.")


class BatchIn(Request):
    """A batch that is put on the plan."""

    recipe_id: BodyKey
    planned_on: Day | None = Field(default=None, description="Por defecto, hoy.")
    quantity_planned: Run = Field(description="Piezas.")
    baker_id: BodyKey | None = None
    location_id: BodyKey | None = Field(default=None, description="Por defecto, el obrador.")
    notes: Note | None = None


class BatchStepIn(Request):
    """What is said when a batch is begun or given up."""

    notes: Note | None = None


class FinishIn(Request):
    """What came out of the oven."""

    quantity_produced: Annotated[
        Decimal, Field(ge=0, le=200_000, multiple_of=1, json_schema_extra={"multipleOf": 1})
    ] = Field(description="Piezas buenas.")
    quantity_lost: Annotated[Decimal, Field(ge=0, le=200_000, multiple_of=1)] | None = Field(
        default=None, description="Piezas perdidas; por defecto, las que faltan de lo previsto."
    )
    loss_reason: Annotated[Text, Field(min_length=1, max_length=120)] | None = Field(
        default=None, description="Hace falta si se ha perdido alguna."
    )
    notes: Note | None = None


class PlanIn(Request):
    """The day that is planned."""

    date: Day | None = Field(default=None, description="Por defecto, mañana.")


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
    quantity_lost: Amount | None
    loss_reason: str | None
    recipe_version: int


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
    needs: list[NeedOut] = Field(
        description="De las hornadas sin empezar: las demás ya los han tomado."
    )
    feasible: bool = Field(description="Si hay suficiente de todo.")


class ProposalQuery(Query):
    """The day of the proposal."""

    date: Day | None = Field(default=None, description="Por defecto, mañana.")


class ProposalRow(BaseModel):
    """What should be baked of one product on a day, and why."""

    product_id: int
    product_name: str
    recipe_id: int
    recipe_name: str
    forecast: Amount = Field(description="Lo que se espera vender en tienda.")
    ordered: Amount = Field(description="Encargos para ese día.")
    on_shelf: Amount = Field(description="Lo que ya hay; solo cuenta para hoy.")
    planned: Amount = Field(description="Lo que ya está en el plan.")
    quantity: Amount = Field(description="Lo que falta por planificar.")


class ProposalOut(BaseModel):
    """What should be baked on a day."""

    date: date
    quantity: Amount
    items: list[ProposalRow]


class LotUsed(BaseModel):
    """What a batch took of a lot."""

    lot_id: int
    lot_code: str
    ingredient_id: int
    ingredient_name: str
    unit: Unit
    quantity: Amount
    unit_cost: UnitCost
    supplier_name: str | None
    received_on: date
    expires_on: date


class PiecesMade(BaseModel):
    """The pieces that a batch put on the shelf."""

    product_id: int
    product_name: str
    location_id: int
    location_name: str
    quantity: Amount
    occurred_at: Moment


class BatchTrace(BaseModel):
    """From a batch to the lots that it was made of, and to its pieces."""

    batch: BatchOut
    lots: list[LotUsed]
    pieces: list[PiecesMade]


class TracedLot(BaseModel):
    """A lot, wherever it lies."""

    lot_code: str
    ingredient_id: int
    ingredient_name: str
    unit: Unit
    supplier_name: str | None
    received_on: date
    expires_on: date
    quantity_left: Amount = Field(description="En todas las ubicaciones.")


class BatchUsing(BaseModel):
    """A batch that was made with a lot."""

    batch_id: int
    batch_code: str
    recipe_name: str
    planned_on: date
    quantity: Amount = Field(description="Lo que tomó del lote.")
    quantity_produced: Amount | None


class LotTrace(BaseModel):
    """From a lot to the batches that were made with it."""

    lot: TracedLot
    batches: list[BatchUsing]


class BatchPage(Page):
    """A page of batches."""

    items: list[BatchOut]
