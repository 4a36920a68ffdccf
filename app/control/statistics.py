"""Figures about all sessions there ever were, those whose rows are purged included."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from app.control import transitions
from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "statistics")
_TOTALS = _SQL["totals"]
_TENANT_COUNTS = _SQL["tenant_counts"]
_RELATIONS = _SQL["relations"]
_SESSION_BYTES = _SQL["session_bytes"]
DAY_SECONDS = 86_400
MEASURED_SESSIONS = 3
"""Sessions of each account type whose disk is measured: each has to be looked at table by table."""


@dataclass(frozen=True, slots=True)
class TenantCount:
    """How many demo tenants of an account type are in a state."""

    account_type: str
    state: str
    tenants: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What anybody may ask for again and again, and Postgres has to count."""

    totals: dict[str, Any]
    tenants: list[TenantCount]
    relations: int
    """About how many relations the catalog has, of all schemas."""
    session_bytes: dict[str, int]
    """The mean bytes of the few sessions of an account type that are open the longest."""


def figures(engine: Engine) -> Figures:
    """Count all of it."""
    with engine.connect() as connection:
        relations = int(connection.execute(_RELATIONS).scalar_one())
        sizes = connection.execute(_SESSION_BYTES, {"most": MEASURED_SESSIONS}).all()
    session_bytes = {row.account_type: int(row.size) for row in sizes}
    return Figures(totals(engine), tenant_counts(engine), relations, session_bytes)


def totals(engine: Engine) -> dict[str, Any]:
    """Return the figures of `GET /api/demo/stats`; durations in minutes."""
    with engine.connect() as connection:
        return dict(connection.execute(_TOTALS).one()._mapping)


def tenant_counts(engine: Engine) -> list[TenantCount]:
    """Return demo tenants by account type and state."""
    with engine.connect() as connection:
        return [TenantCount(*row) for row in connection.execute(_TENANT_COUNTS)]


def purge(engine: Engine, retention_days: float) -> int:
    """Delete session rows that ended longer ago; their figures stay.

    Return how many rows of statistics changed: one a day and an account type.
    """
    with engine.begin() as connection:
        purged = transitions.PURGE_SESSIONS.run(connection, retention=retention_days * DAY_SECONDS)
        return len(purged.all())
