"""Queries and answers of the point-of-sale API."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.bakery.listing import ListQuery
from app.bakery.pos.models import PaymentMethod, SaleStatus
from app.bakery.schemas import (
    Amount,
    BodyKey,
    Euros,
    Moment,
    Page,
    Percentage,
    Period,
    Pieces,
    Query,
    RowKey,
)
from app.validation import Request, Text, own_error

MOST_ON_A_TICKET = 1000


class ProductQuery(ListQuery):
    """Filters of the list of products."""

    category: Text | None = Field(default=None, max_length=100)
    location_id: RowKey | None = Field(
        default=None, description="Ubicación cuyas existencias se muestran."
    )
    active: bool | None = None


class TillQuery(Query):
    """The location whose till is meant."""

    location_id: RowKey | None = Field(
        default=None, description="Por defecto, la ubicación que vende."
    )


class SaleQuery(ListQuery, Period):
    """Filters of the list of tickets."""

    payment_method: PaymentMethod | None = None
    status: SaleStatus | None = None
    location_id: RowKey | None = None
    product_id: RowKey | None = None


class SaleLineIn(Request):
    """A quantity of a product."""

    product_id: BodyKey
    quantity: Annotated[Pieces, Field(le=MOST_ON_A_TICKET)]


SaleLinesIn = Annotated[list[SaleLineIn], Field(min_length=1, max_length=50)]


class SaleIn(Request):
    """A sale. Lines of the same product become one."""

    lines: SaleLinesIn = Field(description="Las líneas del mismo producto se juntan.")
    payment_method: PaymentMethod
    location_id: BodyKey | None = Field(
        default=None, description="Por defecto, la ubicación que vende."
    )


class CorrectionIn(Request):
    """A ticket's correct lines, its correct payment method, or both."""

    lines: SaleLinesIn | None = None
    payment_method: PaymentMethod | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a correction of nothing."""
        if self.lines is None and self.payment_method is None:
            raise own_error("empty", "Indica qué corriges: lines, payment_method o ambos.")
        return self


class ProductOut(BaseModel):
    """A product, and how much of it there is for sale."""

    id: int
    sku: str
    name: str
    category: str
    description: str
    price: Euros
    vat_percent: Percentage
    recipe_id: int | None
    is_active: bool
    location_id: int
    stock: Amount = Field(description="En la ubicación.")
    total_stock: Amount = Field(description="En todas las ubicaciones.")


class PlaceStock(BaseModel):
    """The stock of a product at a location."""

    location_id: int
    location_name: str
    quantity: Amount


class ProductDetail(ProductOut):
    """A product with its stock at each location."""

    locations: list[PlaceStock]


class TillOut(BaseModel):
    """A till session and what it has taken so far. Without one, only the location is known."""

    id: int | None
    location_id: int
    location_name: str
    is_open: bool
    opened_by: int | None
    opened_by_name: str | None
    opened_at: Moment | None
    closed_at: Moment | None
    opening_cash: Euros | None
    closing_cash: Euros | None
    tickets: int
    total: Euros
    cash: Euros
    card: Euros
    expected_cash: Euros | None = Field(description="Lo que debería haber en el cajón.")


class SaleOut(BaseModel):
    """A ticket."""

    id: UUID
    ticket_number: int
    location_id: int
    location_name: str
    till_session_id: int
    sold_at: Moment
    updated_at: Moment
    payment_method: PaymentMethod
    status: SaleStatus
    total: Euros = Field(description="IVA incluido.")
    pieces: Amount


class SaleLineOut(BaseModel):
    """One product of a ticket."""

    line_number: int
    product_id: int
    product_name: str
    quantity: Amount
    unit_price: Euros
    vat_percent: Percentage
    amount: Euros


class SaleDetail(SaleOut):
    """A ticket with its lines."""

    lines: list[SaleLineOut]


class ProductPage(Page):
    """A page of products."""

    items: list[ProductOut]


class SalePage(Page):
    """A page of tickets."""

    items: list[SaleOut]
