"""The jobs. Each is safe to run twice, safe to kill at any line, and done when it says so."""

import time
from uuid import UUID

import psycopg
import structlog
from rq import get_current_job

from app.control import stats
from app.control.models import TenantState
from app.control.pool import TenantView
from app.control.progress import Progress
from app.isolation import drop_tenant_role, ensure_tenant_role, tenant_role
from app.logins import login_of
from jobs.plans import run_current_plan
from jobs.sweep import flush_activity, release_expired
from jobs.wiring import Wiring, announce, wiring
from schema_tools import SchemaToolsError, Step, TargetExists, drop_schema

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 0.1
"""How often at most a clone's progress is told."""

LOCK = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"


def clone(tenant_id: UUID) -> str:
    """Clone a tenant's schema and hand it to whoever waits for one. Returns what came of it."""
    parts = wiring()
    tenant = parts.pool.find(tenant_id)
    if tenant is None or tenant.state is not TenantState.CLONING:
        return "nothing to do"
    with structlog.contextvars.bound_contextvars(tenant=str(tenant_id)):
        try:
            seconds = _clone_schema(parts, tenant)
        except (SchemaToolsError, psycopg.Error) as error:
            _give_up_or_retry(parts, tenant_id, error)
            raise
        served = parts.pool.mark_ready(tenant, tenant.template_version)
        announce(parts, served)
        log.info(
            "tenant cloned",
            action="tenant_cloned",
            seconds=round(seconds, 3),
            sessions=[str(session.id) for session in served],
        )
    return "cloned"


def _clone_schema(parts: Wiring, tenant: TenantView) -> float:
    started = time.perf_counter()
    with psycopg.connect(parts.settings.database_url, autocommit=True) as connection:
        connection.execute(LOCK, [f"clone {tenant.id}"])
        try:
            run_current_plan(connection, tenant, Teller(parts, tenant.id))
        except TargetExists:
            # An earlier attempt was killed between its commit and its note of it: the clone is
            # one transaction, so a schema that is there is all there.
            log.info("schema was there already", action="clone_found")
        role = tenant_role(parts.settings.tenant_secrets[0], tenant.id)
        ensure_tenant_role(
            connection, tenant.schema_name, role.name, login_of(parts.settings.tenant_url)
        )
    return time.perf_counter() - started


class Teller:
    """Tells the waiting visitor how far the clone is, but not for every statement."""

    def __init__(self, parts: Wiring, tenant_id: UUID) -> None:
        self._parts = parts
        self._tenant_id = tenant_id
        self._next = 0.0

    def __call__(self, step: Step) -> None:
        """Note the step, when it is time to."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + PROGRESS_SECONDS
        phase = step.statement.phase.name.lower()
        note = Progress(phase, step.statement.identity, round(step.percent, 1))
        self._parts.progress.write(self._tenant_id, note)


def _give_up_or_retry(parts: Wiring, tenant_id: UUID, error: Exception) -> None:
    """Leave the tenant for RQ's next attempt; after the last one it has failed."""
    job = get_current_job()
    left = (job.retries_left or 0) if job is not None else 0
    log.warning("clone failed", action="clone_failed", retries_left=left, error=str(error))
    if left == 0:
        announce(parts, parts.pool.mark_failed(tenant_id, str(error)))


def drop(tenant_id: UUID) -> str:
    """Drop the schema of a tenant that is out of use, and forget the tenant."""
    parts = wiring()
    if not parts.pool.begin_drop(tenant_id):
        return "nothing to do"
    tenant = parts.pool.find(tenant_id)
    assert tenant is not None, "a tenant that is being dropped has a row"
    with structlog.contextvars.bound_contextvars(tenant=str(tenant_id)):
        with psycopg.connect(parts.settings.database_url, autocommit=True) as connection:
            drop_schema(connection, tenant.schema_name)
            for secret in parts.settings.tenant_secrets:
                drop_tenant_role(connection, tenant_role(secret, tenant_id).name)
        parts.pool.forget(tenant_id)
        log.info("tenant dropped", action="tenant_dropped")
    return "dropped"


def refill(account_type: str) -> int:
    """Register and enqueue the clones that the pool lacks. Returns how many."""
    parts = wiring()
    parts.dispatcher.refill_may_be_asked_again(account_type)
    missing = parts.pool.add_missing(account_type, parts.settings.demo_pool_size)
    for tenant_id in missing:
        parts.dispatcher.clone(tenant_id, for_pool=True)
    return len(missing)


def cleanup() -> dict[str, int]:
    """End what the clock has ended, drop what is out of use, fill what is empty."""
    parts = wiring()
    report: dict[str, int] = {}
    with psycopg.connect(parts.settings.database_url, autocommit=True) as connection:
        row = connection.execute(TRY_LOCK, ["cleanup"]).fetchone()
        if row is None or not row[0]:
            return {"skipped": 1}
        report["activity"] = flush_activity(parts)
        report["expired"] = release_expired(parts)
        report["outdated"] = parts.pool.retire_outdated()
        to_drop = parts.pool.to_drop()
        for tenant_id in to_drop:
            parts.dispatcher.drop(tenant_id)
        report["dropping"] = len(to_drop)
        for tenant_id, is_waited_for in parts.pool.to_clone():
            parts.dispatcher.clone(tenant_id, for_pool=not is_waited_for)
        for account_type in parts.pool.account_types():
            parts.dispatcher.refill(account_type)
    log.info("cleaned up", action="cleanup", **report)
    return report


def purge() -> int:
    """Delete the rows of sessions that ended long ago; the statistics keep their figures."""
    parts = wiring()
    return stats.purge(parts.engine, parts.settings.demo_retention_days)
