"""Ingredients, the lots they are kept in, and every movement of stock."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import (
    CreatedAt,
    DocumentId,
    Label,
    Long,
    Money,
    Name,
    Note,
    Quantity,
    RowId,
    TenantBase,
    enum_column,
)


class Unit(StrEnum):
    """The unit that an item is counted in."""

    KILOGRAM = "kg"
    LITRE = "l"
    PIECE = "unit"


class IngredientCategory(StrEnum):
    """The shelf that an ingredient stands on."""

    FLOUR = "flour"
    YEAST = "yeast"
    DAIRY = "dairy"
    EGG = "egg"
    FAT = "fat"
    SUGAR = "sugar"
    SALT = "salt"
    FILLING = "filling"
    NUT = "nut"
    FRUIT = "fruit"
    SPICE = "spice"
    SEED = "seed"
    PACKAGING = "packaging"


class MovementKind(StrEnum):
    """Why stock moved."""

    PURCHASE = "purchase"
    PRODUCTION = "production"
    SALE = "sale"
    CORRECTION = "correction"
    ADJUSTMENT = "adjustment"
    WASTE = "waste"
    TRANSFER = "transfer"


class Ingredient(TenantBase):
    """Something that the bakery buys and keeps in stock."""

    __tablename__ = "ingredients"
    __table_args__ = (CheckConstraint("reorder_point >= 0", name="reorder_point"),)

    id: Mapped[RowId]
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    category: Mapped[IngredientCategory] = enum_column(IngredientCategory, "ingredient_category")
    unit: Mapped[Unit] = enum_column(Unit, "unit")
    unit_cost: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    reorder_point: Mapped[Quantity]
    reorder_quantity: Mapped[Quantity]
    shelf_life_days: Mapped[int]
    allergens: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[CreatedAt]


class StockLot(TenantBase):
    """What lies at a location of a delivery of one ingredient, used up first expired, first out."""

    __tablename__ = "stock_lots"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 0 AND quantity_received", name="quantity"),
        CheckConstraint("expires_on >= received_on", name="expires_on"),
        UniqueConstraint("lot_code", "location_id"),
        Index(
            "stock_lots_available_idx",
            "ingredient_id",
            "expires_on",
            postgresql_where=text("quantity > 0"),
        ),
    )

    id: Mapped[RowId]
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    lot_code: Mapped[Label]
    quantity_received: Mapped[Quantity]
    quantity: Mapped[Quantity]
    unit_cost: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    value: Mapped[Decimal] = mapped_column(
        Numeric(14, 2), Computed("round(quantity * unit_cost, 2)", persisted=True)
    )
    received_on: Mapped[date]
    expires_on: Mapped[date]
    purchase_order_id: Mapped[int | None] = mapped_column(ForeignKey("purchase_orders.id"))


class ProductStock(TenantBase):
    """Finished pieces of a product that stand ready for sale at a location."""

    __tablename__ = "product_stock"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), primary_key=True)
    quantity: Mapped[Quantity]


class StockMovement(TenantBase):
    """One change of the stock of an ingredient's lot or of a product; a ledger, never edited."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("num_nonnulls(ingredient_id, product_id) = 1", name="item"),
        Index("stock_movements_occurred_at_idx", text("occurred_at DESC")),
        Index("stock_movements_lot_id_idx", "lot_id", postgresql_where=text("lot_id IS NOT NULL")),
        Index(
            "stock_movements_batch_idx", "reference", postgresql_where=text("kind = 'production'")
        ),
    )

    id: Mapped[RowId]
    kind: Mapped[MovementKind] = enum_column(MovementKind, "movement_kind")
    ingredient_id: Mapped[int | None] = mapped_column(ForeignKey("ingredients.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("stock_lots.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    quantity: Mapped[Quantity]
    unit_cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    reference: Mapped[Name | None]
    reason: Mapped[Long | None]
    occurred_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class StockCount(TenantBase):
    """A look at the shelves of a location, ingredient by ingredient."""

    __tablename__ = "stock_counts"

    id: Mapped[DocumentId]
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    counted_at: Mapped[datetime]
    notes: Mapped[Note | None]


class StockCountLine(TenantBase):
    """What there should have been of an ingredient, and what there was."""

    __tablename__ = "stock_count_lines"
    __table_args__ = (CheckConstraint("counted >= 0", name="counted"),)

    count_id: Mapped[UUID] = mapped_column(ForeignKey("stock_counts.id"), primary_key=True)
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"), primary_key=True)
    expected: Mapped[Quantity]
    counted: Mapped[Quantity]
    difference_value: Mapped[Money]
    reason: Mapped[Note | None]
