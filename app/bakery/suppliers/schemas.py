"""Queries and answers of the suppliers API."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from app.bakery.inventory.models import Unit
from app.bakery.listing import ListQuery
from app.bakery.schemas import Amount, BodyKey, Email, Euros, Page, Percentage, UnitCost
from app.validation import Request, Text


class SupplierQuery(ListQuery):
    """Filters of the list of suppliers."""

    category: Text | None = Field(default=None, max_length=100)
    active: bool | None = None


class SupplierChange(Request):
    """What changes about a supplier; what is not sent stays."""

    contact_name: Annotated[Text, Field(min_length=1, max_length=60)] | None = None
    email: Email | None = None
    phone: Annotated[Text, Field(max_length=16)] | None = None
    lead_time_days: Annotated[int, Field(ge=0, le=365, strict=True)] | None = None
    payment_terms_days: Annotated[int, Field(ge=0, le=365, strict=True)] | None = None
    minimum_order: Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)] | None = None
    rating: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    is_active: Annotated[bool, Field(strict=True)] | None = None


class PriceIn(Request):
    """The price of a pack of an ingredient."""

    ingredient_id: BodyKey
    pack_size: Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=3)]
    unit: Unit | None = Field(default=None, description="Si la envías, la del ingrediente.")
    pack_price: Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]


class SupplierOut(BaseModel):
    """A supplier, and how many ingredients it has prices for."""

    id: int
    name: str
    tax_id: str
    contact_name: str
    email: str
    phone: str
    city: str
    category: str
    lead_time_days: int
    payment_terms_days: int
    minimum_order: Euros
    rating: int
    is_active: bool
    ingredients: int
    deliveries: int = Field(description="Pedidos recibidos en los últimos 180 días.")
    on_time_percent: Percentage | None = Field(description="Los que llegaron en su día.")
    complete_percent: Percentage | None = Field(description="Los que llegaron enteros.")


class SupplierPriceOut(BaseModel):
    """The price of one pack of an ingredient."""

    id: int
    ingredient_id: int
    ingredient_name: str
    unit: Unit
    pack_size: Amount
    pack_price: Euros
    unit_price: UnitCost


class SupplierDetail(SupplierOut):
    """A supplier with its prices."""

    prices: list[SupplierPriceOut]


class SupplierPage(Page):
    """A page of suppliers."""

    items: list[SupplierOut]
