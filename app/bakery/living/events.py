"""What can happen in a bakery at a moment, as data: made by the seeds, applied by `books`.

Amounts are in euros, quantities in the item's own unit. Identifiers are those of rows; rows whose
numbers a visitor sees in a series (tickets, orders) get theirs when they are written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

Pieces = tuple[tuple[int, int], ...]
"""Product ids with their numbers of pieces."""
Uses = tuple[tuple[int, Decimal], ...]
"""Ingredient ids with the quantities that are used."""


@dataclass(frozen=True, slots=True)
class TillOpened:
    """A location's till is opened; nothing happens where one is open."""

    at: datetime
    till_id: int
    location_id: int
    opened_by: int
    opening_cash: Decimal
    kind: Literal["till_opened"] = "till_opened"


@dataclass(frozen=True, slots=True)
class TillClosed:
    """The till that is open is counted; `miscount` is what the count is off by."""

    at: datetime
    location_id: int
    miscount: Decimal
    kind: Literal["till_closed"] = "till_closed"


@dataclass(frozen=True, slots=True)
class Sold:
    """A ticket, if the till is open and the pieces are there.

    A line is a product, pieces, unit price and VAT.
    """

    at: datetime
    sale_id: UUID
    location_id: int
    payment_method: str
    status: str
    lines: tuple[tuple[int, int, Decimal, Decimal], ...]
    cash_received: Decimal | None = None
    kind: Literal["sold"] = "sold"


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A customer's order comes in: lines of product, pieces, unit price and VAT."""

    at: datetime
    order_id: UUID
    customer_id: int
    due_on: date
    notes: str | None
    lines: tuple[tuple[int, int, Decimal, Decimal], ...]
    delivery_from: time | None = None
    delivery_to: time | None = None
    is_standing: bool = False
    kind: Literal["order_placed"] = "order_placed"


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """An order that no one changed gets another status; a delivery takes its pieces."""

    at: datetime
    order_id: UUID
    was: str
    status: str
    total: Decimal
    location_id: int
    delivered: Pieces = ()
    reference: str = ""
    kind: Literal["order_moved"] = "order_moved"


@dataclass(frozen=True, slots=True)
class BatchPlanned:
    """A batch is put on a day's plan."""

    at: datetime
    batch_id: int
    code: str
    recipe_id: int
    location_id: int
    baker_id: int
    planned_on: date
    quantity: int
    kind: Literal["batch_planned"] = "batch_planned"


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """A planned batch is begun, if its ingredients are there."""

    at: datetime
    batch_id: int
    uses: Uses
    kind: Literal["batch_started"] = "batch_started"


@dataclass(frozen=True, slots=True)
class BatchFinished:
    """A batch comes out of the oven."""

    at: datetime
    batch_id: int
    product_id: int
    produced: int
    unit_cost: Decimal
    notes: str | None = None
    kind: Literal["batch_finished"] = "batch_finished"


@dataclass(frozen=True, slots=True)
class BatchCancelled:
    """A planned batch is given up."""

    at: datetime
    batch_id: int
    notes: str
    kind: Literal["batch_cancelled"] = "batch_cancelled"


@dataclass(frozen=True, slots=True)
class Baked:
    """Pieces are ready at a location that keeps no batches."""

    at: datetime
    location_id: int
    pieces: Pieces
    reference: str
    kind: Literal["baked"] = "baked"


@dataclass(frozen=True, slots=True)
class Transferred:
    """Pieces go from one location to another, all of them or none."""

    at: datetime
    source_id: int
    target_id: int
    pieces: Pieces
    reference: str
    reasons: tuple[str, str]
    kind: Literal["transferred"] = "transferred"


@dataclass(frozen=True, slots=True)
class Cleared:
    """What is left at a location is taken off its shelves."""

    at: datetime
    location_id: int
    reference: str
    reason: str
    kind: Literal["cleared"] = "cleared"


@dataclass(frozen=True, slots=True)
class Used:
    """Ingredients are used up outside of batches, if they are there."""

    at: datetime
    uses: Uses
    reference: str
    reason: str
    kind: Literal["used"] = "used"


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it arrives."""

    lot_id: int
    ingredient_id: int
    code: str
    quantity: Decimal
    unit_cost: Decimal
    expires_on: date


@dataclass(frozen=True, slots=True)
class Delivered:
    """A supplier's delivery, of a purchase order where there is one that has not come yet."""

    at: datetime
    location_id: int
    lots: tuple[Lot, ...]
    reference: str
    reason: str | None = None
    purchase_order_id: int | None = None
    kind: Literal["delivered"] = "delivered"


@dataclass(frozen=True, slots=True)
class Lost:
    """A part of a lot is lost or miscounted."""

    at: datetime
    lot_id: int
    quantity: Decimal
    movement: str
    reason: str
    kind: Literal["lost"] = "lost"


@dataclass(frozen=True, slots=True)
class Expired:
    """What is left of a lot is thrown away."""

    at: datetime
    lot_id: int
    kind: Literal["expired"] = "expired"


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase order; a line is an ingredient, packs, quantity and the price of a pack."""

    purchase_order_id: int
    supplier_id: int
    expected_on: date
    lines: tuple[tuple[int, int, Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Purchasing:
    """A purchasing run drafts its purchase orders."""

    at: datetime
    run_id: int
    notes: str
    purchases: tuple[Purchase, ...]
    kind: Literal["purchasing"] = "purchasing"


@dataclass(frozen=True, slots=True)
class PurchasesSent:
    """Drafts are sent to their suppliers."""

    at: datetime
    purchase_order_ids: tuple[int, ...]
    kind: Literal["purchases_sent"] = "purchases_sent"


@dataclass(frozen=True, slots=True)
class ModelsTrained:
    """Forecasting models are trained: model, day, quantity, lower and upper bound."""

    at: datetime
    version: str
    predictions: tuple[tuple[int, date, int, int, int], ...]
    kind: Literal["models_trained"] = "models_trained"


@dataclass(frozen=True, slots=True)
class SeasonTurned:
    """Products come into season, or go out of it."""

    at: datetime
    product_ids: tuple[int, ...]
    is_active: bool
    kind: Literal["season_turned"] = "season_turned"


Event = (
    TillOpened
    | TillClosed
    | Sold
    | OrderPlaced
    | OrderMoved
    | BatchPlanned
    | BatchStarted
    | BatchFinished
    | BatchCancelled
    | Baked
    | Transferred
    | Cleared
    | Used
    | Delivered
    | Lost
    | Expired
    | Purchasing
    | PurchasesSent
    | ModelsTrained
    | SeasonTurned
)

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def dump_events(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as values that JSON can express."""
    return [_ADAPTER.dump_python(event, mode="json") for event in events]


def load_event(value: Mapping[str, Any]) -> Event:
    """Return the event of such a value.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return _ADAPTER.validate_python(value)
