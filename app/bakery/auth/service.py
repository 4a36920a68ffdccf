"""The member of the team that a visitor acts as: the bakery's owner."""

from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.bakery.business.models import Business, Location, User, UserRole
from app.bakery.listing import fetch_one
from app.bakery.scope import current_choices


def describe_owner(session: Session) -> dict[str, Any]:
    """The owner of the bakery, of several the first, under the names that the visitor gave."""
    statement = (
        select(
            User.id,
            User.email,
            User.full_name,
            User.role,
            User.location_id,
            Location.name.label("location_name"),
            Business.name.label("business_name"),
            Business.business_model,
        )
        .join(Location, Location.id == User.location_id)
        .join(Business, true())
        .where(User.role == UserRole.OWNER)
        .order_by(User.id)
        .limit(1)
    )
    owner = fetch_one(session, statement, "Este equipo no tiene propietario.")
    said = current_choices().personal
    return owner | {
        "full_name": said.get("visitor_name", owner["full_name"]),
        "business_name": said.get("bakery_name", owner["business_name"]),
    }
