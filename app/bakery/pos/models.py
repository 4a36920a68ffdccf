"""The point of sale: products, till sessions and tickets."""

from datetime import datetime
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
    Money,
    Name,
    Note,
    Percent,
    Quantity,
    RowId,
    TenantBase,
    enum_column,
)

TICKET_NUMBERS = Sequence("ticket_numbers", start=1, metadata=TenantBase.metadata)


class PaymentMethod(StrEnum):
    """The payment methods of the till."""

    CASH = "cash"
    CARD = "card"
    BIZUM = "bizum"


class SaleStatus(StrEnum):
    """The statuses of a ticket: as it was entered, corrected, or one that takes goods back."""

    COMPLETED = "completed"
    CORRECTED = "corrected"
    RETURN = "return"


class ReturnReason(StrEnum):
    """Why goods come back; what is faulty or stale is thrown away, the rest is sold again."""

    UNWANTED = "unwanted"
    MISTAKE = "mistake"
    FAULTY = "faulty"
    STALE = "stale"


class Product(TenantBase):
    """Something that the bakery sells."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("price > 0", name="price"),
        CheckConstraint("vat_percent IN (4, 10, 21)", name="vat_percent"),
    )

    id: Mapped[RowId]
    sku: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True)
    category: Mapped[Label]
    description: Mapped[Note]
    price: Mapped[Money]
    vat_percent: Mapped[Percent]
    recipe_id: Mapped[int | None] = mapped_column(ForeignKey("recipes.id"))
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[CreatedAt]


class TillSession(TenantBase):
    """A till from its opening in the morning to its count in the evening."""

    __tablename__ = "till_sessions"
    __table_args__ = (
        CheckConstraint("closed_at >= opened_at", name="closed_at"),
        Index(
            "till_sessions_one_open_idx",
            "location_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[RowId]
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    opening_cash: Mapped[Money]
    closing_cash: Mapped[Money | None]
    closing_card: Mapped[Money | None]
    closing_bizum: Mapped[Money | None]
    notes: Mapped[Note | None]


class Sale(TenantBase):
    """A ticket, which is a simplified invoice. Prices include VAT, as on a shop's shelf.

    The ticket number counts the tickets of all tills; the invoice's number has no gaps in its
    series. A return is a ticket of negative quantities that names the one it returns.
    """

    __tablename__ = "sales"
    __table_args__ = (
        CheckConstraint("(total >= 0) = (returns_ticket IS NULL) OR total = 0", name="total"),
        Index("sales_sold_at_idx", "sold_at"),
        Index(
            "sales_returns_ticket_idx",
            "returns_ticket",
            postgresql_where=text("returns_ticket IS NOT NULL"),
        ),
        UniqueConstraint("invoice_series", "invoice_number"),
    )

    id: Mapped[DocumentId]
    ticket_number: Mapped[int] = mapped_column(
        Integer, TICKET_NUMBERS, unique=True, server_default=TICKET_NUMBERS.next_value()
    )
    till_session_id: Mapped[int] = mapped_column(ForeignKey("till_sessions.id"), index=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    sold_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    payment_method: Mapped[PaymentMethod] = enum_column(PaymentMethod, "payment_method")
    status: Mapped[SaleStatus] = enum_column(
        SaleStatus, "sale_status", server_default=SaleStatus.COMPLETED.value
    )
    total: Mapped[Money]
    updated_at: Mapped[CreatedAt]
    invoice_series: Mapped[Code]
    invoice_number: Mapped[int] = mapped_column(Integer)
    returns_ticket: Mapped[int | None] = mapped_column(Integer, ForeignKey("sales.ticket_number"))
    return_reason: Mapped[ReturnReason | None] = enum_column(ReturnReason, "return_reason")
    cash_received: Mapped[Money | None]

    lines: Mapped[list["SaleLine"]] = relationship(
        order_by="SaleLine.line_number", cascade="all, delete-orphan"
    )


class SaleLine(TenantBase):
    """One product on a ticket, at the price of that moment; negative on a return.

    Its key is short and the columns stand as they fit together: lines are most of a template.
    """

    __tablename__ = "sale_lines"
    __table_args__ = (CheckConstraint("quantity <> 0", name="quantity"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    ticket_number: Mapped[int] = mapped_column(
        Integer, ForeignKey("sales.ticket_number"), primary_key=True
    )
    line_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    quantity: Mapped[Quantity]
    unit_price: Mapped[Money]
    vat_percent: Mapped[Percent]
    amount: Mapped[Decimal] = mapped_column(
        Numeric(12, 2), Computed("round(quantity * unit_price, 2)", persisted=True)
    )
