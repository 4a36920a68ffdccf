"""The bakery's profile, and its locations by purpose."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, Select, case, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Business, Location, LocationKind
from app.bakery.business.personal import made_personal
from app.bakery.listing import fetch_all, fetch_one
from app.bakery.modules import shown_modules
from app.bakery.scope import current_choices
from app.errors import Conflict, InvalidRequest
from app.language.texts import _

SELLING = (LocationKind.BAKERY, LocationKind.SHOP, LocationKind.WORKSHOP)
DISPATCHING = (LocationKind.WORKSHOP, LocationKind.BAKERY, LocationKind.SHOP)


def describe_business(session: Session) -> dict[str, Any]:
    """The profile, the locations and the modules of the bakery, as its visitor named it."""
    profile = fetch_one(
        session, select(*Business.__table__.columns), "Esta demo no tiene perfil de negocio."
    )
    locations = fetch_all(session, select(*Location.__table__.columns).order_by(Location.id))
    choices = current_choices()
    modules = sorted(shown_modules(profile["business_model"], choices.features))
    business = profile | {"locations": locations, "modules": modules}
    return made_personal(business, choices.personal)


def selling_location(session: Session, location_id: int | None = None, part: str = "json") -> int:
    """The location whose till is meant: the one named, else the bakery or the first shop.

    Raises:
        InvalidRequest: there is no location of this id; `part` of the request named it.
    """
    if location_id is None:
        return _first(session, SELLING)
    if session.scalar(select(Location.id).where(Location.id == location_id)) is None:
        raise unknown_location(location_id, part)
    return location_id


def default_location() -> ScalarSelect[int]:
    """The location whose till is meant where none is named, as a part of a statement."""
    return _rank(SELLING).scalar_subquery()


def unknown_location(location_id: int, part: str) -> InvalidRequest:
    """The refusal of a location that does not exist; `part` of the request named it."""
    errors = {
        part: {
            "location_id": [_("No existe la ubicación %(location_id)s.", location_id=location_id)]
        }
    }
    return InvalidRequest("Esa ubicación no existe.", errors=errors)


def dispatch_location(session: Session) -> int:
    """The location that orders leave from and deliveries come to: the workshop, if there is one."""
    return _first(session, DISPATCHING)


def lock_business(session: Session) -> None:
    """Let what plans or buys for the whole business go one after the other."""
    session.execute(select(Business.id).with_for_update())


def _first(session: Session, preferred: Sequence[LocationKind]) -> int:
    found = session.scalar(_rank(preferred))
    if found is None:
        raise Conflict("Esta panadería no tiene ninguna ubicación.", code="no_location")
    return found


def _rank(preferred: Sequence[LocationKind]) -> Select[int]:
    rank = case(*((Location.kind == kind, place) for place, kind in enumerate(preferred)))
    return select(Location.id).order_by(rank, Location.id).limit(1)
