"""Customers and their orders."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Sequence,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.bakery.base import (
    Code,
    CreatedAt,
    DocumentId,
    Label,
    Long,
    Money,
    Name,
    Note,
    Percent,
    Quantity,
    RowId,
    TenantBase,
    enum_column,
)

ORDER_NUMBERS = Sequence("order_numbers", start=1, metadata=TenantBase.metadata)


class CustomerKind(StrEnum):
    """The kinds of customers."""

    PERSON = "person"
    BUSINESS = "business"
    SATELLITE = "satellite"


class OrderStatus(StrEnum):
    """The statuses of an order."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    READY = "ready"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Customer(TenantBase):
    """Someone who orders: a person, a business, or a satellite shop of our own.

    Without a discount of their own they have that of their kind. The window is when deliveries may
    come.
    """

    __tablename__ = "customers"
    __table_args__ = (
        CheckConstraint("discount_percent BETWEEN 0 AND 90", name="discount_percent"),
        CheckConstraint("delivery_to > delivery_from", name="delivery_to"),
    )

    id: Mapped[RowId]
    name: Mapped[Name]
    kind: Mapped[CustomerKind] = enum_column(CustomerKind, "customer_kind")
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))
    contact_name: Mapped[Name]
    email: Mapped[Name] = mapped_column(unique=True)
    phone: Mapped[Code]
    address: Mapped[Name]
    city: Mapped[Label]
    notes: Mapped[Note | None]
    created_at: Mapped[CreatedAt]
    tax_id: Mapped[Code | None]
    discount_percent: Mapped[Percent | None]
    minimum_order: Mapped[Money] = mapped_column(server_default="0")
    payment_terms_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    delivery_from: Mapped[time | None]
    delivery_to: Mapped[time | None]


class StandingOrder(TenantBase):
    """The pieces of a product that a customer gets on a day of every week, 1 for Monday."""

    __tablename__ = "standing_orders"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    quantity: Mapped[Quantity]


class Order(TenantBase):
    """Products that a customer wants on a day. The total includes VAT.

    A delivered order has a delivery note: its number, its moment, and in its lines the pieces that
    were delivered, where they are not those that were ordered. The total is then that of the note.
    """

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("delivery_to > delivery_from", name="delivery_to"),
        Index("orders_due_on_idx", "due_on", "status"),
        UniqueConstraint("note_series", "note_number"),
    )

    id: Mapped[DocumentId]
    order_number: Mapped[int] = mapped_column(
        ORDER_NUMBERS, unique=True, server_default=ORDER_NUMBERS.next_value()
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    status: Mapped[OrderStatus] = enum_column(
        OrderStatus, "order_status", server_default=OrderStatus.PENDING.value
    )
    ordered_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    due_on: Mapped[date]
    notes: Mapped[Long | None]
    total: Mapped[Money]
    updated_at: Mapped[CreatedAt]
    delivery_from: Mapped[time | None]
    delivery_to: Mapped[time | None]
    is_standing: Mapped[bool] = mapped_column(server_default="false")
    note_series: Mapped[Code | None]
    note_number: Mapped[int | None] = mapped_column(Integer)
    delivered_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(
        order_by="OrderLine.line_number", cascade="all, delete-orphan"
    )


class OrderLine(TenantBase):
    """One product of an order, at the price of that moment."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("delivered BETWEEN 0 AND quantity", name="delivered"),
    )

    order_id: Mapped[DocumentId] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[Quantity]
    unit_price: Mapped[Money]
    delivered: Mapped[Quantity | None]
    vat_percent: Mapped[Percent]
    amount: Mapped[Decimal] = mapped_column(
        Numeric(12, 2),
        Computed("round(coalesce(delivered, quantity) * unit_price, 2)", persisted=True),
    )
