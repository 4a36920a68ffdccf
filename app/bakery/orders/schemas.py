"""Queries and answers of the orders API."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.bakery.documents.vat import VatShare
from app.bakery.listing import ListQuery
from app.bakery.orders.models import CustomerKind, OrderStatus
from app.bakery.schemas import (
    Amount,
    BodyKey,
    Day,
    Euros,
    Hour,
    Moment,
    Page,
    Percentage,
    Period,
    Pieces,
    RowKey,
    WholeNumber,
)
from app.validation import Request, Text, own_error

MOST_ON_AN_ORDER = 10_000
Notes = Annotated[Text, Field(max_length=300)]


class OrderQuery(ListQuery, Period):
    """Filters of the list of orders; the period is that of the day they are due."""

    status: OrderStatus | None = None
    customer_id: RowKey | None = None
    overdue: bool | None = Field(default=None, description="Con la fecha pasada y aún sin cerrar.")


class OrderLineIn(Request):
    """A quantity of a product."""

    product_id: BodyKey
    quantity: Annotated[Pieces, Field(le=MOST_ON_AN_ORDER)]


OrderLinesIn = Annotated[list[OrderLineIn], Field(min_length=1, max_length=50)]


class OrderIn(Request):
    """An order. Lines of the same product become one."""

    customer_id: BodyKey
    due_on: Day
    lines: OrderLinesIn = Field(description="Las líneas del mismo producto se juntan.")
    notes: Notes | None = None
    delivery_from: Hour | None = Field(
        default=None, description="Desde qué hora se entrega. Por defecto, como el cliente."
    )
    delivery_to: Hour | None = Field(default=None, description="Hasta qué hora se entrega.")


class DeliveredLineIn(Request):
    """The pieces of a product that were delivered, where they are not those ordered."""

    product_id: BodyKey
    quantity: Annotated[WholeNumber, Field(ge=0, le=MOST_ON_AN_ORDER)]


class OrderChange(Request):
    """The changes to an order; a field that is absent stays as it is."""

    status: OrderStatus | None = None
    due_on: Day | None = None
    lines: OrderLinesIn | None = None
    notes: Notes | None = None
    delivery_from: Hour | None = None
    delivery_to: Hour | None = None
    delivered_lines: Annotated[list[DeliveredLineIn], Field(max_length=50)] | None = Field(
        default=None,
        description="Al entregar: lo que se entrega de cada producto. Lo que falta en la lista se"
        " entrega entero.",
    )

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a change of nothing."""
        if not self.model_fields_set:
            raise own_error(
                "empty", "Indica qué cambia: status, due_on, lines, notes o la hora de entrega."
            )
        return self


class OrderOut(BaseModel):
    """An order."""

    id: UUID
    order_number: int
    customer_id: int
    customer_name: str
    customer_kind: CustomerKind
    status: OrderStatus
    ordered_at: Moment
    updated_at: Moment
    due_on: date
    delivery_from: Hour | None
    delivery_to: Hour | None
    overdue: bool
    is_standing: bool = Field(description="De un pedido fijo.")
    notes: str | None
    total: Euros = Field(description="IVA incluido.")
    pieces: Amount
    note_number: str | None = Field(description="Del albarán, si se ha entregado.")
    delivered_at: Moment | None


class OrderLineOut(BaseModel):
    """One product of an order."""

    line_number: int
    product_id: int
    product_name: str
    quantity: Amount
    delivered: Amount | None = Field(description="Lo entregado, si no es lo pedido.")
    unit_price: Euros
    vat_percent: Percentage
    amount: Euros


class OrderDetail(OrderOut):
    """An order with its lines, its VAT by rate and the statuses that can follow."""

    lines: list[OrderLineOut]
    vat: list[VatShare]
    next_statuses: list[OrderStatus]


class NoteQuery(ListQuery, Period):
    """Filters of the list of delivery notes; the period is that of their delivery."""

    customer_id: RowKey | None = None


class NoteOut(BaseModel):
    """A delivery note."""

    note_number: str
    order_id: UUID
    order_number: int
    customer_id: int
    customer_name: str
    customer_kind: CustomerKind
    delivered_at: Moment
    pieces: Amount
    total: Euros = Field(description="IVA incluido.")


class NoteLineOut(BaseModel):
    """One product of a delivery note."""

    line_number: int
    product_id: int
    product_name: str
    ordered: Amount
    quantity: Amount = Field(description="Lo entregado.")
    unit_price: Euros
    vat_percent: Percentage
    amount: Euros


class NoteDetail(NoteOut):
    """A delivery note with its lines and addressee."""

    tax_id: str | None
    address: str
    city: str
    payment_terms_days: int
    lines: list[NoteLineOut]
    vat: list[VatShare]


class NotePage(Page):
    """A page of delivery notes."""

    items: list[NoteOut]


class OrderPage(Page):
    """A page of orders."""

    items: list[OrderOut]
