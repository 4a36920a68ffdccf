"""Customers and their orders."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Numeric,
    Sequence,
    SmallInteger,
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
    """Someone who orders: a person, a business, or a satellite shop of our own."""

    __tablename__ = "customers"

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


class Order(TenantBase):
    """Products that a customer wants on a day. The total includes VAT."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total"),
        Index("orders_due_on_idx", "due_on", "status"),
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

    lines: Mapped[list["OrderLine"]] = relationship(
        order_by="OrderLine.line_number", cascade="all, delete-orphan"
    )


class OrderLine(TenantBase):
    """One product of an order, at the price of that moment."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    order_id: Mapped[DocumentId] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[Quantity]
    unit_price: Mapped[Money]
    amount: Mapped[Decimal] = mapped_column(
        Numeric(12, 2), Computed("round(quantity * unit_price, 2)", persisted=True)
    )
