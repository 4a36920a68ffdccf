"""Queries, requests and answers about customers and their standing orders."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from app.bakery.listing import ListQuery
from app.bakery.orders.models import CustomerKind
from app.bakery.orders.schemas import MOST_ON_AN_ORDER, OrderOut
from app.bakery.schemas import (
    Amount,
    BodyKey,
    Cash,
    Day,
    Euros,
    Hour,
    Page,
    Percentage,
    Pieces,
    RowKey,
)
from app.validation import Request, Text, own_error

LONGEST_TERMS = 180
MOST_LINES = 350
"""Of a standing order: fifty products on each day of the week."""

ShortName = Annotated[Text, Field(min_length=1, max_length=60)]
Weekday = Annotated[int, Field(ge=1, le=7, strict=True)]
Discount = Annotated[
    Cash, Field(le=90, description="En tanto por ciento; sin él, el de su tipo de cliente.")
]
Terms = Annotated[
    int, Field(ge=0, le=LONGEST_TERMS, strict=True, description="Días para pagar; 0, al contado.")
]


class CustomerQuery(ListQuery):
    """Filters of the list of customers."""

    kind: CustomerKind | None = None


class CustomerIn(Request):
    """A customer, with the conditions that were agreed on."""

    name: ShortName
    kind: CustomerKind
    email: Annotated[ShortName, Field(pattern=r"^[^\s@]+@[^\s@]+$")]
    contact_name: Annotated[Text, Field(max_length=60)] = ""
    phone: Annotated[Text, Field(max_length=16)] = ""
    address: Annotated[Text, Field(max_length=60)] = ""
    city: Annotated[Text, Field(max_length=40)] = ""
    notes: Annotated[Text, Field(max_length=120)] | None = None
    tax_id: Annotated[Text, Field(max_length=16)] | None = None
    location_id: BodyKey | None = Field(default=None, description="De una tienda propia, la suya.")
    discount_percent: Discount | None = None
    minimum_order: Cash | None = None
    payment_terms_days: Terms | None = None
    delivery_from: Hour | None = None
    delivery_to: Hour | None = None


class CustomerChange(Request):
    """The changes to a customer; a field that is absent stays as it is."""

    name: ShortName | None = None
    email: Annotated[ShortName, Field(pattern=r"^[^\s@]+@[^\s@]+$")] | None = None
    contact_name: Annotated[Text, Field(max_length=60)] | None = None
    phone: Annotated[Text, Field(max_length=16)] | None = None
    address: Annotated[Text, Field(max_length=60)] | None = None
    city: Annotated[Text, Field(max_length=40)] | None = None
    notes: Annotated[Text, Field(max_length=120)] | None = None
    tax_id: Annotated[Text, Field(max_length=16)] | None = None
    discount_percent: Discount | None = None
    minimum_order: Cash | None = None
    payment_terms_days: Terms | None = None
    delivery_from: Hour | None = None
    delivery_to: Hour | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a change of nothing."""
        if not self.model_fields_set:
            raise own_error("empty", "Indica qué cambia del cliente.")
        return self


class CustomerOut(BaseModel):
    """A customer, with the sums of their orders."""

    id: int
    name: str
    kind: CustomerKind
    location_id: int | None
    contact_name: str
    email: str
    phone: str
    address: str
    city: str
    notes: str | None
    tax_id: str | None
    discount_percent: Percentage | None = Field(description="El suyo; si no, el de su tipo.")
    minimum_order: Euros
    payment_terms_days: int
    delivery_from: Hour | None
    delivery_to: Hour | None
    orders: int
    open_orders: int
    total: Euros = Field(description="De todos los pedidos que no se han cancelado.")


class StandingLineIn(Request):
    """The pieces of a product on a day of every week."""

    weekday: Weekday = Field(description="De 1, lunes, a 7, domingo.")
    product_id: BodyKey
    quantity: Annotated[Pieces, Field(le=MOST_ON_AN_ORDER)]


class StandingIn(Request):
    """A customer's whole standing order; without lines there is none."""

    lines: Annotated[list[StandingLineIn], Field(max_length=MOST_LINES)]


class StandingLineOut(BaseModel):
    """The pieces of a product on a day of every week."""

    weekday: int
    product_id: int
    product_name: str
    quantity: Amount


class CustomerDetail(CustomerOut):
    """A customer with what they get every week."""

    standing_order: list[StandingLineOut]


class StandingQuery(ListQuery):
    """Filters of the list of standing orders."""

    customer_id: RowKey | None = None
    weekday: Annotated[int, Field(ge=1, le=7)] | None = None


class StandingOut(StandingLineOut):
    """A line of a customer's standing order."""

    customer_id: int
    customer_name: str


class StandingRunIn(Request):
    """The making of a day's orders from the standing orders."""

    day: Day | None = Field(default=None, description="El día de la entrega; por defecto, mañana.")


class SkippedOut(BaseModel):
    """A customer whose standing order made no order, and why."""

    customer_id: int
    customer_name: str
    reason: str


class StandingRunOut(BaseModel):
    """What a run made of the standing orders of a day."""

    day: date
    created: list[OrderOut]
    skipped: list[SkippedOut]


class CustomerPage(Page):
    """A page of customers."""

    items: list[CustomerOut]


class StandingPage(Page):
    """A page of lines of standing orders."""

    items: list[StandingOut]
