"""Resets a session: restores its tenant's rows to the template's, or gives it a fresh tenant."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection
from redis.exceptions import RedisError

from app.control import transitions
from app.control.reset.status import ResetStatus
from app.control.sessions.finding import SessionFinder
from app.sql_blocks import load_blocks, load_statements
from jobs.clones.cloning import clone_tenant
from jobs.services import JobServices, publish_sessions
from schema_tools import RestoreBlocked, SchemaToolsError, restore_rows

log = structlog.get_logger(__name__)

_STATEMENTS = load_statements("app.control", "sessions")
_IS_CURRENT = load_blocks("app.control", "sessions")["is_reset_target_current"]

CLONES_AT_MOST = 3
"""So many fresh tenants may be handed to sessions that wait before a reset is refused."""


@dataclass(frozen=True, slots=True)
class Target:
    """A session to reset, with its tenant's schema and the template's."""

    session: UUID
    tenant: UUID
    account_type: str
    schema: str | None
    template_schema: str | None


class Outdated(Exception):
    """The template is no longer the one that the tenant was cut from, or the tenant has gone."""


def reset_session(services: JobServices, session: UUID) -> ResetStatus:
    """Give an active session the template's data again; running it twice is running it once.

    The rows are restored in place where the template is still the one that the tenant was cut
    from and the tenant can be opened; else the session gets a fresh tenant. Each way is one
    transaction.

    When it is done the gateway is told whose data the session shows, by whichever way: an earlier
    try may have got a fresh tenant and ended before it said so. The gateway would lead the session
    to the old one, which is being dropped, and its visitor would be told that the demo is over.
    """
    status = _reset(services, session)
    if status is ResetStatus.DONE:
        found = SessionFinder(services.engine).find_row(session)
        if found is not None and found.is_open:  # else its end was told
            publish_sessions(services, [found])
    return status


def _reset(services: JobServices, session: UUID) -> ResetStatus:
    target = fetch_target(services, session)
    if target is None:
        return ResetStatus.OVER
    if not _is_open(services, target):
        log.warning("tenant cannot be opened", action="reset_closed", tenant=str(target.tenant))
        return replace_tenant(services, target)
    try:
        restore_in_place(services, target)
    except RestoreBlocked as error:
        log.info("session writes", action="reset_busy", error=str(error))
        return ResetStatus.BUSY
    except Outdated:
        log.info("template has changed", action="reset_outdated")
        return replace_tenant(services, target)
    except (SchemaToolsError, psycopg.Error) as error:
        log.warning("not restored in place", action="reset_failed", error=str(error))
        return replace_tenant(services, target)
    services.quota.forget(target.tenant)
    services.tenant_cache.drop(target.tenant)
    return ResetStatus.DONE


def _is_open(services: JobServices, target: Target) -> bool:
    """Tell whether the session's requests reach its tenant: rows alone are no use to a visitor."""
    schema = target.schema
    return schema is None or services.reopening.is_open(target.tenant, schema)


def fetch_target(services: JobServices, session: UUID) -> Target | None:
    """Return what is to be reset; None when the session is not active."""
    with services.engine.connect() as connection:
        row = connection.execute(
            _STATEMENTS["find_reset_target"], {"demo_session_id": session}
        ).one_or_none()
    return None if row is None else Target(*row)


def restore_in_place(services: JobServices, target: Target) -> None:
    """Bring the rows of the session's tenant back, as the owner of its tables.

    Raises:
        Outdated: the template has changed since the tenant was cut from it.
        RestoreBlocked: requests of the session are writing and do not end.
        SchemaToolsError, psycopg.Error: it cannot be done in place; nothing has changed.
    """

    def ensure_current(connection: "Connection[Any]") -> None:
        row = connection.execute(
            _IS_CURRENT, {"session": target.session, "tenant": target.tenant}
        ).fetchone()
        if row is None or not row[0]:
            raise Outdated(target.schema)

    if target.schema is None or target.template_schema is None:
        raise Outdated(target.tenant)
    pooled = services.reset_engine.raw_connection()
    try:
        driver = cast("Connection[Any]", pooled.driver_connection)
        report = restore_rows(driver, target.template_schema, target.schema, check=ensure_current)
    finally:
        pooled.close()
    log.info(
        "session reset",
        action="session_reset",
        tenant=str(target.tenant),
        updated=report.updated,
        deleted=report.deleted,
        inserted=report.inserted,
        seconds=round(report.seconds, 3),
    )


def replace_tenant(services: JobServices, target: Target) -> ResetStatus:
    """Give the session a fresh tenant; the old one is dropped, and the pool filled.

    Where none is ready one is cloned here, since right after a template has changed every session
    that resets needs one. Sessions that have no tenant yet may take it first.
    """
    for _ in range(CLONES_AT_MOST):
        status = take_ready_tenant(services, target)
        if status is not ResetStatus.POOL_EMPTY or not _clone_one(services, target.account_type):
            return status
    return take_ready_tenant(services, target)


def take_ready_tenant(services: JobServices, target: Target) -> ResetStatus:
    """Give the session a tenant of the pool for its own, or say why not."""
    with services.engine.begin() as connection:
        row = transitions.REPLACE_TENANT.run(
            connection, demo_session_id=target.session, tenant_id=target.tenant
        ).one_or_none()
    if row is not None:
        log.info("tenant replaced", action="session_reset", tenant=str(target.tenant))
    try:
        if row is not None:
            services.dispatcher.drop(target.tenant)
        services.dispatcher.refill(target.account_type)
    except RedisError as error:  # cleanup does both within its minute
        log.warning("work not handed over", action="dispatch_failed", error=type(error).__name__)
    if row is not None:
        return ResetStatus.DONE
    now = fetch_target(services, target.session)
    if now is None:
        return ResetStatus.OVER
    return ResetStatus.POOL_EMPTY if now.tenant == target.tenant else ResetStatus.DONE


def _clone_one(services: JobServices, account_type: str) -> bool:
    """Clone one more tenant; tell whether that worked. What is left undone, cleanup queues."""
    tenant_id = services.pool.add_one(account_type)
    tenant = None if tenant_id is None else services.pool.find(tenant_id)
    if tenant is None:
        return False
    try:
        return clone_tenant(services, tenant)
    except (SchemaToolsError, psycopg.Error):  # it is in the log
        return False
