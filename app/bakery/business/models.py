"""The bakery's profile, its team and its locations."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import Code, CreatedAt, Label, Name, Note, RowId, TenantBase, enum_column


class BusinessModel(StrEnum):
    """The kinds of bakeries; the kind decides which modules a tenant has."""

    INDIVIDUAL_BAKERY = "individual_bakery"
    CENTRAL_BAKER = "central_baker"


class LocationKind(StrEnum):
    """The kinds of locations."""

    BAKERY = "bakery"
    WORKSHOP = "workshop"
    SHOP = "shop"


class UserRole(StrEnum):
    """The roles of members of the team."""

    OWNER = "owner"
    BAKER = "baker"
    CASHIER = "cashier"
    MANAGER = "manager"


class Business(TenantBase):
    """The bakery's profile: a table of exactly one row."""

    __tablename__ = "business"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default="1")
    name: Mapped[Name]
    legal_name: Mapped[Name]
    tax_id: Mapped[Code]
    business_model: Mapped[BusinessModel] = enum_column(BusinessModel, "business_model")
    address: Mapped[Name]
    postal_code: Mapped[Code]
    city: Mapped[Label]
    phone: Mapped[Code]
    email: Mapped[Name]
    currency: Mapped[Code] = mapped_column(server_default="EUR")
    timezone: Mapped[Code] = mapped_column(server_default="Europe/Madrid")
    founded_on: Mapped[date]
    description: Mapped[Note]
    lived_until: Mapped[CreatedAt]
    """The moment up to which things have happened."""


class Location(TenantBase):
    """A place of the bakery: the bakery itself, a central workshop or a satellite shop."""

    __tablename__ = "locations"

    id: Mapped[RowId]
    name: Mapped[Name] = mapped_column(unique=True)
    kind: Mapped[LocationKind] = enum_column(LocationKind, "location_kind")
    address: Mapped[Name]
    city: Mapped[Label]
    phone: Mapped[Code]


class User(TenantBase):
    """A member of the bakery's team. Passwords live in the control schema, never here."""

    __tablename__ = "users"

    id: Mapped[RowId]
    email: Mapped[Name] = mapped_column(unique=True)
    full_name: Mapped[Name]
    role: Mapped[UserRole] = enum_column(UserRole, "user_role")
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[CreatedAt]
