"""Till sessions: opening one, what it has taken, and its count."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from app.bakery.business.models import Location, User, UserRole
from app.bakery.business.service import default_location, selling_location, unknown_location
from app.bakery.clock import now
from app.bakery.pos.models import PaymentMethod, Sale, TillSession
from app.bakery.pos.schemas import ClosingIn, OpeningIn
from app.errors import Conflict

FLOAT = Decimal("150.00")
"""The change that a till opens with."""


def fetch_till(session: Session, location_id: int | None) -> dict[str, Any]:
    """The open till session of a location, else the last one, with its totals so far."""
    place = default_location() if location_id is None else literal(location_id)
    statement = _select_tills(_latest()).where(Location.id == place)
    found = session.execute(statement).mappings().one_or_none()
    if found is not None:
        return _with_methods(dict(found))
    if location_id is None:
        raise Conflict("Esta panadería no tiene ninguna ubicación.", code="no_location")
    raise unknown_location(location_id, "query")


def fetch_tills(session: Session, location_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The same of several locations, in their order; one that does not exist is left out."""
    statement = _select_tills(_latest()).where(Location.id.in_(location_ids))
    found = {row["location_id"]: row for row in session.execute(statement).mappings()}
    return [_with_methods(dict(found[each])) for each in location_ids if each in found]


def _latest() -> ScalarSelect[int]:
    """The number of a location's open till session, else of its last one."""
    each = aliased(TillSession)
    return (
        select(each.id)
        .where(each.location_id == Location.id)
        .order_by(each.closed_at.is_(None).desc(), each.opened_at.desc())
        .limit(1)
        .correlate(Location)
        .scalar_subquery()
    )


def _select_tills(till_session_id: Any) -> Select[*tuple[Any, ...]]:
    """Locations with a till session of each and what it has taken."""
    taken = {method: _taken(method) for method in PaymentMethod}
    is_return = Sale.returns_ticket.is_not(None)
    return (
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
            TillSession.closing_card,
            TillSession.closing_bizum,
            TillSession.notes,
            func.count(Sale.id).filter(~is_return).label("tickets"),
            func.count(Sale.id).filter(is_return).label("returns"),
            func.coalesce(func.sum(Sale.total), 0).label("total"),
            *(column.label(method.value) for method, column in taken.items()),
            (TillSession.opening_cash + taken[PaymentMethod.CASH]).label("expected_cash"),
        )
        .select_from(Location)
        .outerjoin(TillSession, TillSession.id == till_session_id)
        .outerjoin(User, User.id == TillSession.opened_by)
        .outerjoin(Sale, Sale.till_session_id == TillSession.id)
        .group_by(Location.id, TillSession.id, User.id)
    )


def _taken(method: PaymentMethod) -> ColumnElement[Any]:
    return func.coalesce(func.sum(Sale.total).filter(Sale.payment_method == method), 0)


def _with_methods(till: dict[str, Any]) -> dict[str, Any]:
    """The till with what is expected and was counted by each payment method."""
    methods = []
    for method in PaymentMethod if till["id"] is not None else ():
        is_cash = method is PaymentMethod.CASH
        expected = till["expected_cash"] if is_cash else till[method.value]
        counted = till[f"closing_{method.value}"]
        difference = None if counted is None else counted - expected
        methods.append(
            {
                "payment_method": method,
                "expected": expected,
                "counted": counted,
                "difference": difference,
            }
        )
    return till | {"methods": methods}


def open_till(session: Session, asked: OpeningIn) -> dict[str, Any]:
    """Open a location's till with the change that lies in it.

    Raises:
        InvalidRequest: the location does not exist.
        Conflict: its till is open.
    """
    location_id = selling_location(session, asked.location_id)
    if not _insert_till(session, location_id, asked.opening_cash):
        raise Conflict("La caja ya está abierta.", code="till_open")
    return fetch_till(session, location_id)


def close_till(session: Session, asked: ClosingIn) -> dict[str, Any]:
    """Close a location's till with what was counted; the answer has the differences.

    The row is locked first: a sale that is under way is waited for and counted, one that comes
    after it opens a till of its own.

    Raises:
        InvalidRequest: the location does not exist.
        Conflict: its till is not open.
    """
    location_id = selling_location(session, asked.location_id)
    till = session.scalar(select(TillSession).where(_is_open(location_id)).with_for_update())
    if till is None:
        raise Conflict("La caja no está abierta.", code="till_closed")
    seen = fetch_till(session, location_id)
    till.closed_at = max(now(), till.opened_at)
    till.closing_cash = asked.cash
    till.closing_card = seen["card"] if asked.card is None else asked.card
    till.closing_bizum = seen["bizum"] if asked.bizum is None else asked.bizum
    till.notes = asked.notes or None
    session.flush()
    statement = _select_tills(literal(till.id)).where(Location.id == location_id)
    return _with_methods(dict(session.execute(statement).mappings().one()))


def is_open(session: Session, till_session_id: int) -> bool:
    """Return True for a till that was not counted yet, which then waits with its count for us."""
    statement = (
        select(TillSession.id)
        .where(TillSession.id == till_session_id, TillSession.closed_at.is_(None))
        .with_for_update(read=True, key_share=True)
    )
    return session.scalar(statement) is not None


def ensure_open_till(session: Session, location_id: int) -> int:
    """The id of the open till session of a location; one is opened when there is none.

    Two that open at once get the same one: the table allows a location one open session.
    """
    opened = (
        select(TillSession.id)
        .where(_is_open(location_id))
        .with_for_update(read=True, key_share=True)
    )
    found = session.scalar(opened)
    if found is not None:
        return found
    _insert_till(session, location_id, FLOAT)
    return session.scalars(opened).one()


def _is_open(location_id: int) -> ColumnElement[bool]:
    return (TillSession.location_id == location_id) & TillSession.closed_at.is_(None)


def _insert_till(session: Session, location_id: int, cash: Decimal) -> bool:
    """Open a till; False where one is open."""
    opening = insert(TillSession).values(
        location_id=location_id,
        opened_by=_someone(session, location_id),
        opened_at=now(),
        opening_cash=cash,
    )
    opening = opening.on_conflict_do_nothing(
        index_elements=[TillSession.location_id],
        index_where=TillSession.closed_at.is_(None),
    )
    return session.scalar(opening.returning(TillSession.id)) is not None


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
