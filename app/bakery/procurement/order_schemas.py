"""Queries and answers about purchase orders."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from app.bakery.inventory.models import Unit
from app.bakery.listing import ListQuery
from app.bakery.procurement.models import PurchaseStatus
from app.bakery.procurement.schemas import PurchaseLineOut, PurchaseOrderOut
from app.bakery.schemas import Amount, BodyKey, Day, Euros, Moment, Page, Period, RowKey, UnitCost
from app.validation import Request, Text


class PurchaseQuery(ListQuery, Period):
    """Filters of the list of orders; the period is that of the day they are expected on."""

    status: PurchaseStatus | None = None
    supplier_id: RowKey | None = None
    overdue: bool | None = Field(default=None, description="Debería haber llegado ya.")


class PurchaseLineIn(Request):
    """Packs of an ingredient."""

    ingredient_id: BodyKey
    packs: Annotated[int, Field(gt=0, le=1000, strict=True)]


class PurchaseIn(Request):
    """A purchase order to one supplier."""

    supplier_id: BodyKey
    lines: Annotated[list[PurchaseLineIn], Field(min_length=1, max_length=100)]


class PurchaseStepIn(Request):
    """A step of an order, of which nothing need be said."""


class ReceiptLineIn(Request):
    """What came of an ingredient."""

    ingredient_id: BodyKey
    quantity: Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=3)]
    unit: Unit | None = Field(default=None, description="Si la envías, la del ingrediente.")
    pack_price: Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)] | None = Field(
        default=None, description="De un paquete, si no es el del pedido."
    )
    expires_on: Day | None = Field(
        default=None, description="Por defecto, lo que suele conservarse."
    )
    lot_code: Annotated[Text, Field(min_length=1, max_length=40)] | None = Field(
        default=None, description="El del proveedor."
    )


class ReceiptIn(Request):
    """A delivery. Without lines, all that was missing has come as it was ordered."""

    lines: Annotated[list[ReceiptLineIn], Field(min_length=1, max_length=200)] | None = None
    reference: Annotated[Text, Field(min_length=1, max_length=60)] | None = Field(
        default=None, description="El número del albarán."
    )
    close: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Lo que falta ya no llegará."
    )


class PurchaseListItem(BaseModel):
    """A purchase order in a list."""

    id: int
    run_id: int | None
    supplier_id: int
    supplier_name: str
    status: PurchaseStatus
    created_at: Moment
    sent_at: Moment | None
    expected_on: date
    closed_on: date | None
    overdue: bool
    total: Euros
    received_total: Euros = Field(description="Lo que ha llegado, a lo que ha costado.")
    below_minimum: bool


class PurchaseLineDetail(PurchaseLineOut):
    """A line of an order, with what of it has come."""

    quantity_received: Amount


class ReceivedLot(BaseModel):
    """A lot that came of an order."""

    id: int
    lot_code: str
    ingredient_id: int
    quantity_received: Amount
    unit_cost: UnitCost
    received_on: date
    expires_on: date


class PurchaseDetail(PurchaseOrderOut):
    """A purchase order with its lines and its lots."""

    run_id: int | None
    sent_at: Moment | None
    closed_on: date | None
    overdue: bool
    received_total: Euros
    lines: list[PurchaseLineDetail]  # type: ignore[assignment]  # each has more
    lots: list[ReceivedLot]


class PurchasePage(Page):
    """A page of purchase orders."""

    items: list[PurchaseListItem]
