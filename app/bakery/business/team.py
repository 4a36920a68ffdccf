"""The team: who is in it, and what each role may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Business, Location, User, UserRole
from app.bakery.business.team_schemas import MemberChange, MemberIn, TeamQuery
from app.bakery.clock import now
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.modules import MODULES
from app.bakery.problems import Problems
from app.errors import Conflict, NotFound
from app.language.texts import _

NO_MEMBER = "No hay nadie con ese número en el equipo."

ROLE_NAMES = {
    UserRole.OWNER: "Propietario",
    UserRole.MANAGER: "Encargado",
    UserRole.BAKER: "Panadero",
    UserRole.CASHIER: "Dependiente",
}
EVERYTHING = frozenset().union(*MODULES.values())
NUMBERS = frozenset({"sales", "forecasting"})


@dataclass(frozen=True)
class Permissions:
    """The modules that a role works in, and those that it also sees."""

    writes: frozenset[str]
    reads: frozenset[str] = frozenset()
    manages_team: bool = False


PERMISSIONS: Mapping[UserRole, Permissions] = {
    UserRole.OWNER: Permissions(EVERYTHING, manages_team=True),
    UserRole.MANAGER: Permissions(EVERYTHING - {"business"}, frozenset({"business"})),
    UserRole.BAKER: Permissions(
        frozenset({"inventory", "production", "recipes", "procurement", "auth"}),
        frozenset({"business", "orders", "suppliers", "forecasting"}),
    ),
    UserRole.CASHIER: Permissions(
        frozenset({"pos", "orders", "auth"}), frozenset({"business", "inventory"})
    ),
}
"""What the roles may do, by module; a shop assistant is a cashier."""

TEAM = Listing(
    sorts={
        "full_name": folded(User.full_name),
        "role": User.role,
        "location_name": folded(Location.name),
    },
    default="full_name",
    tie_breakers=(User.id,),
    search=(User.full_name, User.email),
)


def _select_team() -> Rows:
    return select(*User.__table__.columns, Location.name.label("location_name")).join(
        Location, Location.id == User.location_id
    )


def list_team(session: Session, query: TeamQuery) -> dict[str, Any]:
    """A page of the team."""
    statement = _select_team()
    if query.role is not None:
        statement = statement.where(User.role == query.role)
    if query.active is not None:
        statement = statement.where(User.is_active.is_(query.active))
    return paginate(session, statement, TEAM, query)


def fetch_member(session: Session, user_id: int) -> dict[str, Any]:
    """One member of the team."""
    return fetch_one(session, _select_team().where(User.id == user_id), NO_MEMBER)


def describe_roles(session: Session) -> dict[str, Any]:
    """Each role with what it may do in this business, and how many have it."""
    model = session.scalars(select(Business.business_model)).one()
    counts = select(User.role, func.count().label("members")).where(User.is_active)
    members = {
        row["role"]: row["members"] for row in fetch_all(session, counts.group_by(User.role))
    }
    return {
        "roles": [
            {
                "role": role,
                "name": ROLE_NAMES[role],
                "members": members.get(role, 0),
                "reads": sorted((may.reads | may.writes) & MODULES[model]),
                "writes": sorted(may.writes & MODULES[model]),
                "manages_team": may.manages_team,
            }
            for role, may in PERMISSIONS.items()
        ]
    }


def add_member(session: Session, member: MemberIn) -> dict[str, Any]:
    """Add a person to the team.

    Raises:
        InvalidRequest: someone has the address, or there is no such location.
    """
    problems = Problems()
    same = select(User.id).where(func.lower(User.email) == member.email.lower())
    if session.scalar(same) is not None:
        problems.add("email", "Ya hay alguien con ese correo.")
    _check_location(session, member.location_id, problems)
    problems.ensure_none()
    user = User(**member.model_dump(), is_active=True, created_at=now())
    session.add(user)
    session.flush()
    return fetch_member(session, user.id)


def change_member(session: Session, user_id: int, change: MemberChange) -> dict[str, Any]:
    """Change what was sent of a person.

    Raises:
        NotFound: there is no such person.
        InvalidRequest: there is no such location.
        Conflict: no one would be left who manages the team.
    """
    rows = session.scalars(select(User).order_by(User.id).with_for_update(key_share=True))
    team = {row.id: row for row in rows}
    if user_id not in team:
        raise NotFound(NO_MEMBER)
    problems = Problems()
    _check_location(session, change.location_id, problems)
    problems.ensure_none()
    for name, value in change.model_dump(exclude_unset=True).items():
        if value is not None:
            setattr(team[user_id], name, value)
    if not any(row.is_active and PERMISSIONS[row.role].manages_team for row in team.values()):
        sentence = "Alguien tiene que llevar el equipo: nombra antes a otro propietario."
        raise Conflict(sentence, code="last_owner")
    session.flush()
    return fetch_member(session, user_id)


def _check_location(session: Session, location_id: int | None, problems: Problems) -> None:
    if location_id is not None and session.get(Location, location_id) is None:
        problems.add(
            "location_id", _("No existe la ubicación %(location_id)s.", location_id=location_id)
        )
