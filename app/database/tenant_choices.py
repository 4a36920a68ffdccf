"""What the visitor of a tenant chose, for the views of a demo."""

from functools import lru_cache
from uuid import UUID

from sqlalchemy import Engine

from app.control.sessions.session_view import NOTHING_CHOSEN, Choices, choices_in
from app.sql_blocks import load_statements

_FIND = load_statements("app.control", "sessions")["find_choices"]


class _NoVisitorYet(LookupError):
    """The tenant waits for a session: what that brings is not known, and must not be kept."""


def fetch_choices(engine: Engine, tenant_id: UUID) -> Choices:
    """Return what the visitor of a tenant chose, read once a process; nothing without a visitor."""
    try:
        return _fetch(engine, tenant_id)
    except _NoVisitorYet:
        return NOTHING_CHOSEN


@lru_cache(maxsize=10_000)
def _fetch(engine: Engine, tenant_id: UUID) -> Choices:
    with engine.connect() as connection:
        row = connection.execute(_FIND, {"tenant_id": tenant_id}).one_or_none()
    if row is None:
        raise _NoVisitorYet(str(tenant_id))
    return choices_in(row.metadata)
