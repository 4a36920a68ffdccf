"""Queries and answers of the procurement API."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.bakery.inventory.models import IngredientCategory, Unit
from app.bakery.listing import ListQuery
from app.bakery.procurement.models import PurchaseStatus
from app.bakery.schemas import Amount, BodyKey, Euros, Moment, Page, RowKey, UnitCost
from app.validation import Request, Text


class SuggestionQuery(ListQuery):
    """Filters of the list of suggestions."""

    supplier_id: RowKey | None = None
    category: IngredientCategory | None = None


class RunIn(Request):
    """A run over all suggestions, or over those of some ingredients."""

    ingredient_ids: Annotated[list[BodyKey], Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Por defecto, los de todas las sugerencias."
    )
    notes: Annotated[Text, Field(max_length=120)] | None = None


class SuggestionOut(BaseModel):
    """An ingredient that runs out, and the cheapest way to buy it.

    The supplier and what follows from it are null when no supplier has a price for the ingredient.
    """

    ingredient_id: int
    ingredient_name: str
    category: IngredientCategory
    unit: Unit
    quantity: Amount
    reorder_point: Amount
    on_order: Amount = Field(description="En pedidos de compra que aún no han llegado.")
    needed: Amount
    supplier_id: int | None
    supplier_name: str | None
    lead_time_days: int | None
    pack_size: Amount | None
    pack_price: Euros | None
    unit_price: UnitCost | None
    packs: int | None
    cost: Euros | None


class RunOut(BaseModel):
    """A run, and what its purchase orders come to."""

    id: int
    created_at: Moment
    notes: str | None
    orders: int
    total: Euros


class PurchaseLineOut(BaseModel):
    """Packs of an ingredient on a purchase order."""

    ingredient_id: int
    ingredient_name: str
    unit: Unit
    packs: int
    quantity: Amount
    unit_price: Euros = Field(description="De un paquete.")
    amount: Euros


class PurchaseOrderOut(BaseModel):
    """A purchase order to one supplier."""

    id: int
    supplier_id: int
    supplier_name: str
    status: PurchaseStatus
    created_at: Moment
    expected_on: date
    total: Euros
    minimum_order: Euros
    below_minimum: bool
    lines: list[PurchaseLineOut]


class RunDetail(RunOut):
    """A run with its purchase orders."""

    purchase_orders: list[PurchaseOrderOut]


class SuggestionPage(Page):
    """A page of suggestions."""

    items: list[SuggestionOut]


class RunPage(Page):
    """A page of runs."""

    items: list[RunOut]
