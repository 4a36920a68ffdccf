"""Queries and answers of the point-of-sale API."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.bakery.documents.vat import VatShare
from app.bakery.listing import ListQuery
from app.bakery.pos.models import PaymentMethod, ReturnReason, SaleStatus
from app.bakery.schemas import (
    Amount,
    BodyKey,
    Cash,
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
    cash_received: Cash | None = Field(
        default=None, description="El efectivo que entrega el cliente; de él sale el cambio."
    )


class CorrectionIn(Request):
    """A ticket's correct lines, how it was paid, or both."""

    lines: SaleLinesIn | None = None
    payment_method: PaymentMethod | None = None
    cash_received: Cash | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a correction of nothing."""
        if self.lines is None and self.payment_method is None and self.cash_received is None:
            sentence = "Indica qué corriges: lines, payment_method, cash_received o varios."
            raise own_error("empty", sentence)
        return self


class ReturnIn(Request):
    """What comes back of a ticket, and why."""

    reason: ReturnReason = Field(
        description="Lo defectuoso (`faulty`) o pasado (`stale`) se tira; el resto se repone."
    )
    lines: SaleLinesIn | None = Field(
        default=None, description="Por defecto, todo lo que queda por devolver."
    )
    payment_method: PaymentMethod | None = Field(
        default=None, description="Por defecto, como se pagó el ticket."
    )


class OpeningIn(Request):
    """The opening of a till."""

    opening_cash: Cash = Field(description="El cambio que hay en el cajón.")
    location_id: BodyKey | None = Field(
        default=None, description="Por defecto, la ubicación que vende."
    )


class ClosingIn(Request):
    """The count of a till. What is not counted is taken as it should be, except for cash."""

    cash: Cash = Field(description="El efectivo contado, con el de apertura.")
    card: Cash | None = Field(default=None, description="Según el datáfono.")
    bizum: Cash | None = Field(default=None, description="Según la cuenta.")
    location_id: BodyKey | None = Field(
        default=None, description="Por defecto, la ubicación que vende."
    )
    notes: Text | None = Field(default=None, max_length=120)


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


class MethodCount(BaseModel):
    """What a till should have by one payment method, and what was counted."""

    payment_method: PaymentMethod
    expected: Euros
    counted: Euros | None
    difference: Euros | None = Field(description="Lo contado menos lo esperado.")


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
    notes: str | None
    tickets: int
    returns: int
    total: Euros
    cash: Euros
    card: Euros
    bizum: Euros
    expected_cash: Euros | None = Field(description="Lo que debería haber en el cajón.")
    methods: list[MethodCount]


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
    invoice_number: str = Field(description="De la factura simplificada: serie y número.")
    returns_ticket: int | None = Field(description="El ticket que se devuelve con este.")
    return_reason: ReturnReason | None
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
    returned: Amount = Field(description="Lo que se ha devuelto.")


class ReturnOut(BaseModel):
    """A return of a ticket."""

    id: UUID
    invoice_number: str
    sold_at: Moment
    total: Euros


class SaleDetail(SaleOut):
    """A ticket with its lines, its VAT by rate, its change, and what came back of it."""

    cash_received: Euros | None
    change: Euros | None
    lines: list[SaleLineOut]
    vat: list[VatShare]
    returns: list[ReturnOut]


class ProductPage(Page):
    """A page of products."""

    items: list[ProductOut]


class SalePage(Page):
    """A page of tickets."""

    items: list[SaleOut]
