"""Finds sessions for operators, who name them by their row's id: the secret is the visitor's."""

import re
from typing import Any

from sqlalchemy import Engine, text

from app.errors import InvalidRequest, NotFound

_COLUMNS = """
SELECT session.id, session.demo_account_type AS account_type, session.status::text AS status,
       session.created_at, session.expires_at, session.last_activity_at, session.extensions,
       session.request_count AS requests, session.virtual_tenant_id AS tenant
"""
_NEWEST = text(
    _COLUMNS
    + """
      FROM control.demo_sessions AS session
     WHERE :ended_too OR session.status IN ('pending', 'active')
     ORDER BY session.created_at DESC LIMIT :limit
    """
)
_DETAILS = text(
    _COLUMNS
    + """
       , session.destroyed_at, session.metadata ->> 'ended_by' AS ended_by,
       session.metadata ->> 'failure' AS failure, tenant.schema_name AS schema,
       tenant.state::text AS tenant_state, tenant.template_version, tenant.revision,
       tenant.attempts AS clone_attempts, coalesce(tenant.failure, tenant.trouble) AS trouble
      FROM control.demo_sessions AS session
      LEFT JOIN control.tenants AS tenant ON tenant.id = session.virtual_tenant_id
           OR (session.virtual_tenant_id IS NULL AND tenant.demo_session_id = session.id)
     WHERE session.session_id = :session_id
    """
)
_BY_PREFIX = text(
    """
    SELECT session_id FROM control.demo_sessions
     WHERE starts_with(id::text, :prefix) OR session_id = :secret LIMIT 2
    """
)


def newest(engine: Engine, *, ended_too: bool, limit: int) -> list[dict[str, Any]]:
    """Sessions, the newest first, without their secrets."""
    with engine.connect() as connection:
        rows = connection.execute(_NEWEST, {"ended_too": ended_too, "limit": limit})
        return [dict(row._mapping) for row in rows]


def details(engine: Engine, session_id: str) -> dict[str, Any]:
    """All that operators may know of a session.

    Raises:
        NotFound: there is no such session.
    """
    with engine.connect() as connection:
        row = connection.execute(_DETAILS, {"session_id": session_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such session.", code="session_unknown")
    return dict(row._mapping)


def secret_of(engine: Engine, name: str) -> str:
    """The secret of the session that is named by its id, the beginning of it, or the secret.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: there are several.
    """
    is_id = re.fullmatch(r"[0-9a-f-]{4,36}", name) is not None
    with engine.connect() as connection:
        found = connection.scalars(
            _BY_PREFIX, {"prefix": name if is_id else "-", "secret": name}
        ).all()
    if not found:
        raise NotFound("There is no such session.", code="session_unknown")
    if len(found) > 1:
        raise InvalidRequest(f"Several sessions begin with {name!r}: write more of the id.")
    return str(found[0])
