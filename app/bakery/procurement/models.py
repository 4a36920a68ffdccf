"""Purchasing runs, which turn shortages into purchase orders."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import CreatedAt, Money, Note, Quantity, RowId, TenantBase, enum_column


class PurchaseStatus(StrEnum):
    """The statuses of a purchase order."""

    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    PARTLY_RECEIVED = "partly_received"
    CANCELLED = "cancelled"


class ProcurementRun(TenantBase):
    """One look at the stock, and the purchase orders that came of it."""

    __tablename__ = "procurement_runs"

    id: Mapped[RowId]
    created_at: Mapped[CreatedAt]
    notes: Mapped[Note | None]


class PurchaseOrder(TenantBase):
    """A purchase order to one supplier."""

    __tablename__ = "purchase_orders"

    id: Mapped[RowId]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("procurement_runs.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    status: Mapped[PurchaseStatus] = enum_column(PurchaseStatus, "purchase_status")
    created_at: Mapped[CreatedAt]
    expected_on: Mapped[date]
    total: Mapped[Money]
    sent_at: Mapped[datetime | None]
    closed_on: Mapped[date | None]


class PurchaseOrderLine(TenantBase):
    """Packs of one ingredient on a purchase order."""

    __tablename__ = "purchase_order_lines"
    __table_args__ = (CheckConstraint("packs > 0", name="packs"),)

    purchase_order_id: Mapped[int] = mapped_column(
        ForeignKey("purchase_orders.id"), primary_key=True
    )
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"), primary_key=True)
    packs: Mapped[int]
    quantity: Mapped[Quantity]
    unit_price: Mapped[Money]
