"""Till sessions: the one that is open, and what it has taken."""

from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.bakery.business.models import Location, User, UserRole
from app.bakery.business.service import default_location, unknown_location
from app.bakery.clock import now
from app.bakery.pos.models import PaymentMethod, Sale, TillSession
from app.errors import Conflict

FLOAT = Decimal("150.00")
"""The change that a till opens with."""


def fetch_till(session: Session, location_id: int | None) -> dict[str, Any]:
    """The open till session of a location, else the last one, with its totals so far."""
    place = default_location() if location_id is None else literal(location_id)
    latest = (
        select(TillSession.id)
        .where(TillSession.location_id == place)
        .order_by(TillSession.closed_at.is_(None).desc(), TillSession.opened_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    cash = func.coalesce(func.sum(Sale.total).filter(Sale.payment_method == PaymentMethod.CASH), 0)
    card = func.coalesce(func.sum(Sale.total).filter(Sale.payment_method == PaymentMethod.CARD), 0)
    statement = (
        select(
            TillSession.id,
            Location.id.label("location_id"),
            Location.name.label("location_name"),
            (TillSession.id.is_not(None) & TillSession.closed_at.is_(None)).label("is_open"),
            TillSession.opened_by,
            User.full_name.label("opened_by_name"),
            TillSession.opened_at,
            TillSession.closed_at,
            TillSession.opening_cash,
            TillSession.closing_cash,
            func.count(Sale.id).label("tickets"),
            (cash + card).label("total"),
            cash.label("cash"),
            card.label("card"),
            (TillSession.opening_cash + cash).label("expected_cash"),
        )
        .select_from(Location)
        .outerjoin(TillSession, TillSession.id == latest)
        .outerjoin(User, User.id == TillSession.opened_by)
        .outerjoin(Sale, Sale.till_session_id == TillSession.id)
        .where(Location.id == place)
        .group_by(Location.id, TillSession.id, User.id)
    )
    found = session.execute(statement).mappings().one_or_none()
    if found is not None:
        return dict(found)
    if location_id is None:
        raise Conflict("Esta panadería no tiene ninguna ubicación.", code="no_location")
    raise unknown_location(location_id, "query")


def ensure_open_till(session: Session, location_id: int) -> int:
    """The id of the open till session of a location; one is opened when there is none.

    Two that open at once get the same one: the table allows a location one open session.
    """
    is_open = (TillSession.location_id == location_id) & TillSession.closed_at.is_(None)
    found = session.scalar(select(TillSession.id).where(is_open))
    if found is not None:
        return found
    opening = insert(TillSession).values(
        location_id=location_id,
        opened_by=_someone(session, location_id),
        opened_at=now(),
        opening_cash=FLOAT,
    )
    session.execute(
        opening.on_conflict_do_nothing(
            index_elements=[TillSession.location_id],
            index_where=TillSession.closed_at.is_(None),
        )
    )
    return session.scalars(select(TillSession.id).where(is_open)).one()


def _someone(session: Session, location_id: int) -> int:
    """The cashier of the location; without one, the member of the team whose role is nearest."""
    statement = (
        select(User.id)
        .where(User.is_active)
        .order_by(
            case((User.location_id == location_id, 0), else_=1),
            case((User.role == UserRole.CASHIER, 0), (User.role == UserRole.OWNER, 1), else_=2),
            User.id,
        )
        .limit(1)
    )
    found = session.scalar(statement)
    if found is None:
        raise Conflict("No hay nadie en el equipo que pueda abrir la caja.", code="no_staff")
    return found
