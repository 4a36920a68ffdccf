"""Clones a tenant's schema by its template's plan, and reports how far the clone is.

The plans are kept in the control schema, so that a clone need not compile one.
"""

import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict
from redis.exceptions import RedisError
from rq import get_current_job

from app.control.pool.progress import Progress
from app.control.pool.tenant_view import TenantView
from app.database.isolation import ensure_tenant_role, tenant_role
from app.http.metrics.measurements import Measurements
from app.tracing import span
from jobs.clones.clone_services import (
    CloneParts,
    advisory_lock,
    publish_served,
    publish_sessions,
)
from schema_tools import (
    ClonePlan,
    CloneReport,
    PlanOutdated,
    Step,
    TargetExists,
    drop_schema,
)
from schema_tools import Progress as ProgressCallback

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 0.1
"""The least time between two reports of a clone's progress."""

CONNECTION_NAME = "masa-madre clone "
"""Begins the name of a clone's connection: while that is there, the clone is under way."""

_FETCH_PLAN = "SELECT plan FROM control.clone_plans WHERE template_id = %s"
_KEEP_PLAN = """
INSERT INTO control.clone_plans (template_id, fingerprint, plan) VALUES (%s, %s, %s)
ON CONFLICT (template_id) DO UPDATE
   SET fingerprint = excluded.fingerprint, plan = excluded.plan, created_at = now()
"""


def clone_tenant(services: CloneParts, tenant: TenantView) -> bool:
    """Clone the schema, mark the tenant as ready, and serve a session that waits.

    Returns False if it was left to another process: of two attempts at a tenant, the first clones.

    Raises:
        SchemaToolsError, psycopg.Error: it failed; after the last attempt the tenant has, too.
    """
    with advisory_lock(services.settings.database_url, f"cloning {tenant.id.hex}") as acquired:
        if not acquired:
            log.info("another process clones", action="clone_left")
            return False
        attempt = services.clones.begin_attempt(tenant.id)
        return attempt is not None and _clone_and_serve(services, tenant, attempt)


def _clone_and_serve(services: CloneParts, tenant: TenantView, attempt: int) -> bool:
    attempts = services.settings.clone_attempts
    if attempt > attempts:
        _give_up(services, tenant.id, f"each of {attempts} attempts ended with its process")
        return False
    try:
        seconds = clone_schema(services, tenant)
    except Exception as error:  # RQ's timeout among them: a clone that takes too long has failed
        log.warning("clone failed", action="clone_failed", attempt=attempt, error=str(error))
        if attempt == attempts:
            _give_up(services, tenant.id, str(error))
        raise
    served = services.clones.mark_ready(tenant, seconds)
    publish_served(services, served)
    log.info(
        "tenant cloned",
        action="tenant_cloned",
        seconds=round(seconds, 3),
        sessions=[str(session.id) for session in served],
    )
    return True


def clone_schema(services: CloneParts, tenant: TenantView) -> float:
    """Clone, and do nothing else. Returns the seconds that it took."""
    started = time.perf_counter()
    with (
        span("clone schema", **{"demo.tenant": str(tenant.id)}) as traced,
        psycopg.connect(
            services.settings.database_url,
            autocommit=True,
            application_name=CONNECTION_NAME + tenant.id.hex,
        ) as connection,
    ):
        label = f"v{tenant.template_version} {tenant.template_revision}"
        reporter = ProgressReporter(services, tenant.id)
        try:
            run_current_plan(connection, tenant, reporter, label, services.measurements)
        except TargetExists:
            # An earlier attempt was killed between its commit and its mark in the tenant's row. The
            # clone is one transaction, so a schema that is there is complete.
            log.info("schema was there already", action="clone_found")
            if not _is_labelled(connection, tenant.schema_name, label):
                drop_schema(connection, tenant.schema_name)  # a clone of an older template
                run_current_plan(connection, tenant, reporter, label, services.measurements)
        role = tenant_role(services.settings.tenant_secrets[0], tenant.id)
        ensure_tenant_role(
            connection, tenant.schema_name, role.name, _login_of(services.settings.tenant_url)
        )
        if traced is not None:
            traced.set_attributes({f"demo.seconds.{k}": v for k, v in reporter.seconds.items()})
    seconds = time.perf_counter() - started
    for phase, took in (*reporter.seconds.items(), ("whole", seconds)):
        services.measurements.observe("demo_clone_seconds", took, phase)
    services.measurements.flush()
    return seconds


def _login_of(url: str) -> str:
    return str(conninfo_to_dict(url).get("user", ""))


def _is_labelled(connection: "psycopg.Connection[Any]", schema: str, label: str) -> bool:
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [schema]
    ).fetchone()
    return row is not None and str(row[0]).endswith(f" {label}")


class ProgressReporter:
    """Reports how far a clone is, ten times a second at most."""

    def __init__(self, services: CloneParts, tenant_id: UUID) -> None:
        self._services = services
        self._tenant_id = tenant_id
        self._next = 0.0
        self._last = time.monotonic()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """How long each phase took."""

    def __call__(self, step: Step) -> None:
        """Report the step, unless the last report is too recent."""
        now = time.monotonic()
        phase = step.statement.phase.name.lower()
        self.seconds[phase] += now - self._last
        self._last = now
        if now < self._next:
            return
        self._next = now + PROGRESS_SECONDS
        progress = Progress(phase, step.statement.identity, round(step.percent, 1))
        self._services.progress.write(self._tenant_id, progress)
        job = get_current_job()
        if job is not None:  # rq-dashboard shows it
            job.meta["progress"] = asdict(progress)
            with suppress(RedisError):
                job.save_meta()  # type: ignore[no-untyped-call]  # RQ's own lack


def _give_up(services: CloneParts, tenant_id: UUID, failure: str) -> None:
    """Mark the tenant as failed, and with it the session that waits for it."""
    log.error("clone given up", action="clone_given_up", failure=failure)
    publish_sessions(services, services.clones.mark_failed(tenant_id, failure))


def run_current_plan(
    connection: "psycopg.Connection[Any]",
    tenant: TenantView,
    progress: ProgressCallback | None = None,
    comment: str | None = None,
    measurements: Measurements | None = None,
) -> CloneReport:
    """Clone a tenant's schema by its template's plan, compiled again where that is outdated.

    `comment` ends up in the schema's mark; `measurements` is told how long a compilation took.

    Raises:
        SchemaToolsError: the clone failed; nothing is left behind.
    """
    plan = _fetch_plan(connection, tenant)
    if plan is not None:
        try:
            return plan.run(connection, tenant.schema_name, progress=progress, comment=comment)
        except PlanOutdated as reason:
            log.info(
                "plan outdated",
                action="plan_outdated",
                template=tenant.template_schema,
                reason=str(reason),
            )
    started = time.perf_counter()
    plan = prove_template(connection, tenant.template_id, tenant.template_schema)
    if measurements is not None:
        measurements.observe("demo_verify_seconds", time.perf_counter() - started)
    return plan.run(connection, tenant.schema_name, progress=progress, comment=comment)


def prove_template(
    connection: "psycopg.Connection[Any]", template_id: UUID, schema: str
) -> ClonePlan:
    """Compile a template's plan, which is proven by that, and keep it.

    Raises:
        SchemaToolsError: it cannot be cloned.
    """
    from schema_tools import compile_plan  # a clone by a kept plan does without the compiler

    plan = compile_plan(connection, schema)
    connection.execute(_KEEP_PLAN, [template_id, plan.fingerprint, plan.to_json()])
    return plan


def _fetch_plan(connection: "psycopg.Connection[Any]", tenant: TenantView) -> ClonePlan | None:
    row = connection.execute(_FETCH_PLAN, [tenant.template_id]).fetchone()
    if row is None:
        return None
    try:
        return ClonePlan.from_json(row[0])
    except ValueError:
        return None
