"""Clones a tenant's schema and tells how far it is."""

import time
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog
from redis.exceptions import RedisError
from rq import get_current_job
from sqlalchemy import text

from app.control.pool.progress import Progress
from app.control.pool.tenant_pool import TenantView
from app.database.isolation import ensure_tenant_role, tenant_role
from app.database.logins import login_of
from jobs.clones.clone_jobs import fetch_clone_jobs
from jobs.clones.plans import run_current_plan
from jobs.queue.locks import only_one
from jobs.services import JobServices, publish_sessions
from schema_tools import Step, TargetExists, drop_schema

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 0.1
"""How often at most a clone's progress is told."""

WORKER_NAME = "masa-madre clone "
"""How the connection of whoever clones is called: that it is there shows that he works."""

GRACE_SECONDS = 10
"""A clone that was taken up so long ago has a connection by now, or nobody makes it."""

IDLE = text(
    """
    SELECT tenant.id, coalesce(session.status = 'pending', false)
      FROM control.tenants AS tenant
      LEFT JOIN control.demo_sessions AS session ON session.id = tenant.demo_session_id
     WHERE tenant.is_demo AND tenant.state = 'cloning'
       AND NOT EXISTS (SELECT FROM pg_stat_activity
                        WHERE application_name = :worker || replace(tenant.id::text, '-', ''))
    """
)


def clone_tenant(services: JobServices, tenant: TenantView) -> bool:
    """Clone the schema, mark the tenant as ready, and serve whoever waits. Whether we did.

    One at a time for a tenant: of two attempts the second leaves it to the first.

    Raises:
        SchemaToolsError, psycopg.Error: it failed; after the last attempt the tenant has, too.
    """
    with only_one(services.settings.database_url, f"cloning {tenant.id.hex}") as mine:
        if not mine:
            log.info("somebody else clones", action="clone_left")
            return False
        attempt = services.orders.begin_attempt(tenant.id)
        return attempt is not None and _clone_and_serve(services, tenant, attempt)


def _clone_and_serve(services: JobServices, tenant: TenantView, attempt: int) -> bool:
    most = services.settings.clone_attempts
    if attempt > most:
        _give_up(services, tenant.id, f"each of {most} attempts ended with its process")
        return False
    try:
        seconds = clone_schema(services, tenant)
    except Exception as error:  # RQ's timeout among them: a clone that takes too long has failed
        log.warning("clone failed", action="clone_failed", attempt=attempt, error=str(error))
        if attempt == most:
            _give_up(services, tenant.id, str(error))
        raise
    served = services.pool.mark_ready(tenant, seconds)
    publish_sessions(services, served)
    log.info(
        "tenant cloned",
        action="tenant_cloned",
        seconds=round(seconds, 3),
        sessions=[str(session.id) for session in served],
    )
    return True


def clone_schema(services: JobServices, tenant: TenantView) -> float:
    """Clone only. Returns the seconds that it took."""
    started = time.perf_counter()
    with psycopg.connect(
        services.settings.database_url,
        autocommit=True,
        application_name=WORKER_NAME + tenant.id.hex,
    ) as connection:
        label = f"v{tenant.template_version} {tenant.template_revision}"
        teller = ProgressReporter(services, tenant.id)
        try:
            run_current_plan(connection, tenant, teller, label)
        except TargetExists:
            # An earlier attempt was killed between its commit and its note of it: the clone is
            # one transaction, so a schema that is there is all there.
            log.info("schema was there already", action="clone_found")
            if not _is_labelled(connection, tenant.schema_name, label):
                drop_schema(connection, tenant.schema_name)  # cut from what the template was then
                run_current_plan(connection, tenant, teller, label)
        role = tenant_role(services.settings.tenant_secrets[0], tenant.id)
        ensure_tenant_role(
            connection, tenant.schema_name, role.name, login_of(services.settings.tenant_url)
        )
    return time.perf_counter() - started


def _is_labelled(connection: "psycopg.Connection[Any]", schema: str, label: str) -> bool:
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [schema]
    ).fetchone()
    return row is not None and str(row[0]).endswith(f" {label}")


class ProgressReporter:
    """Tells the waiting visitor how far the clone is, but not for every statement."""

    def __init__(self, services: JobServices, tenant_id: UUID) -> None:
        self._parts = services
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
        job = get_current_job()
        if job is not None:  # for whoever looks at the job instead of the session
            job.meta["progress"] = asdict(note)
            with suppress(RedisError):
                job.save_meta()  # type: ignore[no-untyped-call]  # RQ's own lack


def _give_up(services: JobServices, tenant_id: UUID, failure: str) -> None:
    """The tenant has failed, and with it the session that waits for it."""
    log.error("clone given up", action="clone_given_up", failure=failure)
    publish_sessions(services, services.pool.mark_failed(tenant_id, failure))


def requeue_stalled_clones(services: JobServices) -> None:
    """Queue clones again that nobody makes."""
    services.dispatcher.requeue(find_stalled(services))


def find_stalled(services: JobServices) -> list[tuple[UUID, bool]]:
    """Clones that nobody makes, whatever their job says, and whether a session waits for each.

    Raises:
        RedisError: it is not known what the jobs say.
    """
    before = datetime.now(UTC) - timedelta(seconds=GRACE_SECONDS)
    idle = fetch_idle(services)
    jobs = fetch_clone_jobs(services.redis, [tenant_id for tenant_id, _ in idle])
    return [
        (tenant_id, is_waited_for)
        for tenant_id, is_waited_for in idle
        if (job := jobs.get(tenant_id)) is None or not job.is_under_way(before)
    ]


def fetch_idle(services: JobServices) -> list[tuple[UUID, bool]]:
    """Tenants to clone that nobody clones at this moment, and whether a session waits for each."""
    with services.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(IDLE, {"worker": WORKER_NAME})]
