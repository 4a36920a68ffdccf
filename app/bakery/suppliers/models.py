"""Suppliers and their prices."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import Code, CreatedAt, Label, Money, Name, Quantity, RowId, TenantBase


class Supplier(TenantBase):
    """A supplier of ingredients."""

    __tablename__ = "suppliers"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("lead_time_days >= 0", name="lead_time"),
    )

    id: Mapped[RowId]
    name: Mapped[Name] = mapped_column(unique=True)
    tax_id: Mapped[Code]
    contact_name: Mapped[Name]
    email: Mapped[Name]
    phone: Mapped[Code]
    city: Mapped[Label]
    category: Mapped[Label]
    lead_time_days: Mapped[int]
    payment_terms_days: Mapped[int]
    minimum_order: Mapped[Money]
    rating: Mapped[int]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[CreatedAt]


class SupplierPrice(TenantBase):
    """The price of one pack of an ingredient at a supplier."""

    __tablename__ = "supplier_prices"
    __table_args__ = (
        UniqueConstraint("supplier_id", "ingredient_id"),
        CheckConstraint("pack_size > 0", name="pack_size"),
        CheckConstraint("pack_price >= 0", name="pack_price"),
    )

    id: Mapped[RowId]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredients.id"), index=True)
    pack_size: Mapped[Quantity]
    pack_price: Mapped[Money]
