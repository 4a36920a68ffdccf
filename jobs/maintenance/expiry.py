"""What cleanup does to sessions: counts their requests, and ends those whose time is over."""

from collections.abc import Mapping
from uuid import UUID

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from app.control import transitions
from app.control.sessions.session_view import session_view
from app.database.login_repair import repair_login
from app.database.logins import login_of
from app.sql_blocks import load_statements
from gateway import Tally, merge
from jobs.services import JobServices, publish_sessions

log = structlog.get_logger(__name__)

OVERDUE = 60
"""Seconds that a tenant's transaction or statement may take; its timeouts are far shorter."""

_SQL = load_statements("jobs.maintenance", "expiry")
_OVERDUE = _SQL["overdue"]
_NEW_BATCHES = _SQL["new_batches"]
_FORGET_BATCHES = _SQL["forget_batches"]
_COUNT = _SQL["count"]


def flush_activity(services: JobServices) -> int | None:
    """Move the requests that were counted in Redis to Postgres. Returns the sessions counted.

    One process at a time, under cleanup's lock. Redis forgets its counts after they are committed,
    and the name of a batch is committed with its counts: after a kill in between nothing is counted
    twice. Returns None while Redis is away; the counts wait there.
    """
    try:
        batches = services.activity.drain()
        if rejected := services.activity.take_rejected():
            services.health.count_incident("activity_rejected", rejected)
        counts = _count(services, batches) if batches else {}
        services.activity.acknowledge()
    except RedisError as error:
        log.warning("activity not counted", action="activity_failed", error=type(error).__name__)
        return None
    return len(counts)


def _count(services: JobServices, batches: Mapping[str, Mapping[UUID, Tally]]) -> dict[UUID, Tally]:
    """Add the batches that were not added before to the sessions' rows."""
    with services.engine.begin() as connection:
        connection.execute(_FORGET_BATCHES)
        new = connection.scalars(_NEW_BATCHES, {"names": list(batches)}).all()
        counts = merge(batches[name] for name in new)
        if counts:
            rows = [
                {"id": session, "requests": tally.requests, "last_at": tally.last_at}
                for session, tally in counts.items()
            ]
            connection.execute(_COUNT, rows)
    return counts


def release_expired(services: JobServices, *, with_idle: bool) -> int:
    """End the sessions whose time is over and take their tenants out of use. Returns how many.

    `with_idle` ends sessions without recent requests, too: only after the requests were counted.
    """
    settings = services.settings
    idle = {
        "idle_seconds": settings.demo_idle_minutes * 60 if with_idle else 0,
        "idle_seconds_when_full": settings.demo_idle_minutes_when_full * 60 if with_idle else 0,
        "max_sessions": settings.demo_max_sessions,
    }
    with services.engine.begin() as connection:
        expired = transitions.EXPIRE_SESSIONS.run(connection, **idle)
        ended = [session_view(row) for row in expired]
        transitions.RELEASE_TENANTS.run(
            connection, demo_session_ids=[session.id for session in ended]
        )
    publish_sessions(services, ended)
    for session in ended:
        services.events.record("expired", session=session.id, by="clock")
    return len(ended)


def repair_tenants_login(services: JobServices) -> int:
    """Repair what hostile SQL changed about the tenants' login; return the number of repairs."""
    settings = services.settings
    repaired = repair_login(settings.database_url, settings.tenant_url)
    if repaired:
        services.health.count_incident("login_repaired", len(repaired))
    return len(repaired)


def end_overdue(services: JobServices) -> int:
    """End tenants' statements and transactions that are older than any should be.

    Returns how many. A tenant's own SQL can lift the timeouts of its transaction, and commit in the
    middle of a statement; this ends it all the same.
    """
    login = login_of(services.settings.tenant_url)
    if login == login_of(services.settings.database_url):
        return 0  # ours cannot be told from the tenants'
    try:
        with services.engine.begin() as connection:
            return connection.execute(_OVERDUE, {"login": login, "most": OVERDUE}).rowcount
    except DBAPIError as error:
        log.warning("overdue not ended", action="overdue_failed", error=type(error.orig).__name__)
        return 0
