"""Finds sessions for operators by the id of the row: the session id is a visitor's secret."""

import re
from typing import Any

from sqlalchemy import Engine

from app.errors import InvalidRequest, NotFound
from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "operators")
_NEWEST = _SQL["newest_sessions"]
_DETAILS = _SQL["session_details"]
_BY_PREFIX = _SQL["session_by_prefix"]


def newest(engine: Engine, *, ended_too: bool, limit: int) -> list[dict[str, Any]]:
    """Return sessions, the newest first, without their session ids."""
    with engine.connect() as connection:
        rows = connection.execute(_NEWEST, {"ended_too": ended_too, "limit": limit})
        return [dict(row._mapping) for row in rows]


def details(engine: Engine, session_id: str) -> dict[str, Any]:
    """Return a session's details, without its session id.

    Raises:
        NotFound: no session has this name.
    """
    with engine.connect() as connection:
        row = connection.execute(_DETAILS, {"session_id": session_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such session.", code="session_unknown")
    return dict(row._mapping)


def find_session_id(engine: Engine, name: str) -> str:
    """Return the session id of the session with this row id, or beginning of it, or session id.

    Raises:
        NotFound: no session has this name.
        InvalidRequest: several sessions have it.
    """
    is_id = re.fullmatch(r"[0-9a-f-]{4,36}", name) is not None
    with engine.connect() as connection:
        found = connection.scalars(
            _BY_PREFIX, {"prefix": name if is_id else "-", "session_id": name}
        ).all()
    if not found:
        raise NotFound("There is no such session.", code="session_unknown")
    if len(found) > 1:
        raise InvalidRequest(f"Several sessions begin with {name!r}: write more of the id.")
    return str(found[0])
