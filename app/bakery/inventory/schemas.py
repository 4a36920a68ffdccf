"""Queries and answers of the inventory API."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator

from app.bakery.inventory.models import IngredientCategory, MovementKind, Unit
from app.bakery.listing import ListQuery
from app.bakery.schemas import Amount, BodyKey, Day, Euros, Moment, Page, Period, RowKey, UnitCost
from app.validation import Request, Text, own_error


class StockStatus(StrEnum):
    """The levels of an ingredient's stock."""

    OK = "ok"
    LOW = "low"
    OUT = "out"


class IngredientQuery(ListQuery):
    """Filters of the list of ingredients."""

    category: IngredientCategory | None = None
    supplier_id: RowKey | None = None
    below_reorder: bool | None = Field(default=None, description="En el mínimo o por debajo.")
    allergen: Text | None = Field(default=None, max_length=50)


class LotQuery(ListQuery):
    """Filters of the list of lots."""

    ingredient_id: RowKey | None = None
    location_id: RowKey | None = None
    expiring_within_days: Annotated[int, Field(ge=0, le=3650)] | None = Field(
        default=None, description="Hoy incluido; sin lo que ya ha caducado."
    )
    expires_before: Day | None = Field(
        default=None, description="Lo que caduca antes de ese día, también lo ya caducado."
    )
    include_empty: bool = False


class MovementQuery(ListQuery, Period):
    """Filters of the lists of movements."""

    kind: MovementKind | None = None
    ingredient_id: RowKey | None = None
    product_id: RowKey | None = None


def _not_zero(quantity: Decimal) -> Decimal:
    if quantity == 0:
        raise own_error("zero", "No puede ser cero: positiva suma, negativa resta.")
    return quantity


class AdjustmentIn(Request):
    """A correction of the stock of an ingredient, after a look at the shelf."""

    ingredient_id: BodyKey
    quantity: Annotated[
        Decimal,
        Field(
            ge=-100_000,
            le=100_000,
            decimal_places=3,
            description="En su unidad: positiva suma, negativa resta.",
        ),
        AfterValidator(_not_zero),
    ]
    reason: Annotated[Text, Field(min_length=1, max_length=300)]
    lot_id: BodyKey | None = None
    kind: Literal[MovementKind.ADJUSTMENT, MovementKind.WASTE] = MovementKind.ADJUSTMENT

    @field_validator("kind")
    @classmethod
    def waste_subtracts(cls, kind: MovementKind, info: ValidationInfo) -> MovementKind:
        """Refuse waste that adds stock."""
        if kind is MovementKind.WASTE and info.data.get("quantity", 0) > 0:
            raise own_error("waste", "Una merma resta: la cantidad debe ser negativa.")
        return kind


class IngredientOut(BaseModel):
    """An ingredient, with what there is of it."""

    id: int
    sku: str
    name: str
    category: IngredientCategory
    unit: Unit
    unit_cost: UnitCost
    reorder_point: Amount
    reorder_quantity: Amount
    shelf_life_days: int
    allergens: list[str]
    supplier_id: int
    supplier_name: str
    is_active: bool
    quantity: Amount
    stock_value: Euros
    status: StockStatus


class LotOut(BaseModel):
    """A lot of an ingredient."""

    id: int
    lot_code: str
    ingredient_id: int
    ingredient_name: str
    unit: Unit
    location_id: int
    location_name: str
    quantity_received: Amount
    quantity: Amount
    unit_cost: UnitCost
    value: Euros
    received_on: date
    expires_on: date
    days_left: int


class IngredientDetail(IngredientOut):
    """An ingredient with its lots, the first to expire first."""

    lots: list[LotOut]


class MovementOut(BaseModel):
    """A movement of stock."""

    id: int
    kind: MovementKind
    ingredient_id: int | None
    product_id: int | None
    item_name: str
    unit: Unit
    lot_id: int | None
    lot_code: str | None
    location_id: int
    location_name: str
    quantity: Amount
    unit_cost: Euros | None
    reference: str | None
    reason: str | None
    occurred_at: Moment


class AdjustmentOut(BaseModel):
    """The result of an adjustment: one movement a lot, and the stock afterwards."""

    ingredient_id: int
    ingredient_name: str
    unit: Unit
    quantity: Amount
    movements: list[MovementOut]


class CategoryValue(BaseModel):
    """The value of the ingredients of one category."""

    category: IngredientCategory
    ingredients: int
    value: Euros


class SummaryOut(BaseModel):
    """The state of the stock in figures."""

    ingredients: int
    total_value: Euros
    low: int
    out: int
    lots: int
    expired_lots: int
    expiring_lots: int = Field(description="Lotes que caducan en siete días, hoy incluido.")
    products_in_stock: int
    product_stock: Amount = Field(
        description="Piezas terminadas, de todos los productos y ubicaciones."
    )
    by_category: list[CategoryValue]


class IngredientPage(Page):
    """A page of ingredients."""

    items: list[IngredientOut]


class LotPage(Page):
    """A page of lots."""

    items: list[LotOut]


class MovementPage(Page):
    """A page of movements."""

    items: list[MovementOut]
