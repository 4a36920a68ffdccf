"""Queries and answers of the suppliers API."""

from pydantic import BaseModel, Field

from app.bakery.inventory.models import Unit
from app.bakery.listing import ListQuery
from app.bakery.schemas import Amount, Euros, Page, UnitCost
from app.validation import Text


class SupplierQuery(ListQuery):
    """Filters of the list of suppliers."""

    category: Text | None = Field(default=None, max_length=100)
    active: bool | None = None


class SupplierOut(BaseModel):
    """A supplier, and how many ingredients it has prices for."""

    id: int
    name: str
    tax_id: str
    contact_name: str
    email: str
    phone: str
    city: str
    category: str
    lead_time_days: int
    payment_terms_days: int
    minimum_order: Euros
    rating: int
    is_active: bool
    ingredients: int


class SupplierPriceOut(BaseModel):
    """The price of one pack of an ingredient."""

    id: int
    ingredient_id: int
    ingredient_name: str
    unit: Unit
    pack_size: Amount
    pack_price: Euros
    unit_price: UnitCost


class SupplierDetail(SupplierOut):
    """A supplier with its prices."""

    prices: list[SupplierPriceOut]


class SupplierPage(Page):
    """A page of suppliers."""

    items: list[SupplierOut]
