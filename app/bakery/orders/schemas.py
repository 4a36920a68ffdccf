"""Queries and answers of the orders API."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.bakery.listing import ListQuery
from app.bakery.orders.models import CustomerKind, OrderStatus
from app.bakery.schemas import Amount, BodyKey, Day, Euros, Moment, Page, Period, Pieces, RowKey
from app.validation import Request, Text, own_error

MOST_ON_AN_ORDER = 10_000
Notes = Annotated[Text, Field(max_length=300)]


class CustomerQuery(ListQuery):
    """Filters of the list of customers."""

    kind: CustomerKind | None = None


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


class OrderChange(Request):
    """The changes to an order; a field that is absent stays as it is."""

    status: OrderStatus | None = None
    due_on: Day | None = None
    lines: OrderLinesIn | None = None
    notes: Notes | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a change of nothing."""
        if not self.model_fields_set:
            raise own_error("empty", "Indica qué cambia: status, due_on, lines o notes.")
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
    orders: int
    open_orders: int
    total: Euros = Field(description="De todos los pedidos que no se han cancelado.")


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
    overdue: bool
    notes: str | None
    total: Euros = Field(description="IVA incluido.")
    pieces: Amount


class OrderLineOut(BaseModel):
    """One product of an order."""

    line_number: int
    product_id: int
    product_name: str
    quantity: Amount
    unit_price: Euros
    amount: Euros


class OrderDetail(OrderOut):
    """An order with its lines and the statuses that can follow."""

    lines: list[OrderLineOut]
    next_statuses: list[OrderStatus]


class CustomerPage(Page):
    """A page of customers."""

    items: list[CustomerOut]


class OrderPage(Page):
    """A page of orders."""

    items: list[OrderOut]
