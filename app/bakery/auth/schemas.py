"""The answer of `GET /api/auth/me`."""

from pydantic import BaseModel

from app.bakery.business.models import BusinessModel, UserRole


class MeOut(BaseModel):
    """The member of the team that a visitor acts as."""

    id: int
    email: str
    full_name: str
    role: UserRole
    location_id: int
    location_name: str
    business_name: str
    business_model: BusinessModel
