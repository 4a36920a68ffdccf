"""The answer of `GET /api/tenant`."""

from datetime import date

from pydantic import BaseModel, Field

from app.bakery.business.models import BusinessModel, LocationKind


class LocationOut(BaseModel):
    """A place of the bakery."""

    id: int
    name: str
    kind: LocationKind
    address: str
    city: str
    phone: str


class TenantOut(BaseModel):
    """The bakery's profile, its places, and the modules that its business model has."""

    name: str
    legal_name: str
    tax_id: str
    business_model: BusinessModel
    address: str
    postal_code: str
    city: str
    phone: str
    email: str
    currency: str
    timezone: str
    founded_on: date
    description: str
    logo_color: str | None = Field(description="El color que dijo el visitante.")
    visitor_name: str | None = Field(description="Cómo dijo llamarse el visitante.")
    locations: list[LocationOut]
    modules: list[str]
