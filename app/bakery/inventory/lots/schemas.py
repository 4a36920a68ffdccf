"""Queries and answers about counts, transfers, waste and the value of the stock."""

from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.bakery.inventory.models import Unit
from app.bakery.inventory.schemas import MovementOut
from app.bakery.listing import ListQuery
from app.bakery.schemas import Amount, BodyKey, Euros, Moment, Page, Period, RowKey
from app.validation import Request, Text, own_error

Reason = Annotated[Text, Field(min_length=1, max_length=120)]
Quantity = Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=3)]
UNIT = "Si la envías, debe ser la del ingrediente."


class CountQuery(ListQuery, Period):
    """Filters of the list of counts; the period is that of the day of the count."""

    location_id: RowKey | None = None


class CountLineIn(Request):
    """What lies on the shelf of one ingredient."""

    ingredient_id: BodyKey
    quantity: Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=3)] = Field(
        description="Lo que se ha contado, en la unidad del ingrediente."
    )
    unit: Unit | None = Field(default=None, description=UNIT)
    reason: Reason | None = Field(default=None, description="Por qué hay una diferencia.")


class CountIn(Request):
    """A count of some ingredients at one location."""

    location_id: BodyKey | None = Field(
        default=None, description="Por defecto, donde se reciben las compras."
    )
    notes: Annotated[Text, Field(max_length=120)] | None = None
    lines: Annotated[list[CountLineIn], Field(min_length=1, max_length=200)]


class CountLineOut(BaseModel):
    """What there should have been of an ingredient, and what there was."""

    ingredient_id: int
    ingredient_name: str
    unit: Unit
    expected: Amount
    counted: Amount
    difference: Amount
    difference_value: Euros = Field(description="A coste: negativo si falta.")
    reason: str | None


class CountOut(BaseModel):
    """A count, and what it found."""

    id: UUID
    location_id: int
    location_name: str
    counted_at: Moment
    notes: str | None
    lines_counted: int
    differences: int = Field(description="Ingredientes de los que había más o menos.")
    difference_value: Euros


class CountDetail(CountOut):
    """A count with its lines."""

    lines: list[CountLineOut]


class CountPage(Page):
    """A page of counts."""

    items: list[CountOut]


class ItemIn(Request):
    """A quantity of an ingredient or of a product: one of the two."""

    ingredient_id: BodyKey | None = None
    product_id: BodyKey | None = None
    lot_id: BodyKey | None = Field(default=None, description="Por defecto, lo que antes caduca.")
    quantity: Quantity
    unit: Unit | None = Field(default=None, description=UNIT)

    @model_validator(mode="after")
    def one_item(self) -> Self:
        """Refuse both at once, neither, and a lot of a product."""
        if (self.ingredient_id is None) == (self.product_id is None):
            raise own_error("item", "Di un ingrediente o un producto: uno de los dos.")
        if self.lot_id is not None and self.ingredient_id is None:
            raise own_error("lot", "Solo los ingredientes tienen lotes.")
        return self


class TransferIn(Request):
    """Goods that go from one location to another."""

    from_location_id: BodyKey
    to_location_id: BodyKey
    lines: Annotated[list[ItemIn], Field(min_length=1, max_length=100)]
    reason: Reason | None = None


class TransferOut(BaseModel):
    """A transfer: what left one location and came to the other."""

    reference: str
    from_location_id: int
    to_location_id: int
    movements: list[MovementOut]


class WasteIn(ItemIn):
    """Something that is thrown away."""

    location_id: BodyKey | None = Field(
        default=None, description="De un producto; por defecto, la primera tienda."
    )
    reason: Reason


class WasteOut(BaseModel):
    """What was thrown away."""

    movements: list[MovementOut]


class WasteQuery(ListQuery, Period):
    """The period of the waste; by default the last thirty days."""

    location_id: RowKey | None = None


class WasteRow(BaseModel):
    """What was thrown away of one thing for one reason."""

    ingredient_id: int | None
    product_id: int | None
    item_name: str
    unit: Unit
    reason: str | None
    movements: int
    quantity: Amount
    value: Euros | None = Field(description="A coste; de productos terminados no se sabe.")


class WastePage(Page):
    """A page of waste by thing and reason."""

    items: list[WasteRow]


class LocationValue(BaseModel):
    """The value of the lots at one location."""

    location_id: int
    location_name: str
    lots: int
    value: Euros
    expired_value: Euros = Field(description="La parte que ya ha caducado.")


class ValuationOut(BaseModel):
    """The value of all lots at what they cost."""

    total: Euros
    expired_value: Euros
    locations: list[LocationValue]
