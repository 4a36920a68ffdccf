"""Notes once that the visitor of a session became a customer, and tells webhooks and figures."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from app.control.ports import EventTaker
from app.errors import NotFound
from app.insights.webhooks.service import queue_message
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights.conversions", "conversions")
UNKNOWN = "No hay ninguna sesión con ese identificador: se borran a los siete días de terminar."


@dataclass(frozen=True, slots=True)
class Conversion:
    """When it was said of a session that its visitor became a customer, and whether just now."""

    session: UUID
    converted_at: datetime
    is_new: bool


def convert(engine: Engine, events: EventTaker, name: str, by: str) -> Conversion:
    """Note that a visitor became a customer; saying it again changes nothing.

    `name` is the id of the session's row, as webhooks tell it, or the session id. `by` is who says
    so: a role, or `crm`.

    Raises:
        NotFound: there is no such session, or it was purged.
    """
    given = {"row_id": _row_id(name), "session_id": name}
    with engine.begin() as connection:
        row = connection.execute(_SQL["convert"], given).one_or_none()
        if row is not None:
            about = {
                "session": str(row.id),
                "account_type": row.account_type,
                "scenario": row.scenario or "base",
                "link": row.link,
                "created_at": row.created_at.isoformat(),
                "converted_by": by,
            }
            queue_message(connection, "session.converted", about, once=f"converted {row.id}")
        else:
            known = connection.execute(_SQL["converted"], given).one_or_none()
            if known is None:
                raise NotFound(UNKNOWN, code="session_unknown")
            return Conversion(known.id, known.converted_at, False)
    events.record("converted", session=row.id, by=by)
    return Conversion(row.id, row.converted_at, True)


def _row_id(name: str) -> str | None:
    try:
        return str(UUID(name))
    except ValueError:
        return None
