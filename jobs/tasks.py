"""The jobs. Each is safe to run twice, safe to kill at any line, and done when it says so.

A job in Redis may name these functions and no others (`jobs.queue.task_queue.TASKS`), with
arguments that JSON can express.
"""

from typing import Any
from uuid import UUID

import structlog
from rq import get_current_job

from app.control import statistics
from app.control.dispatching import try_dispatch
from app.control.models import TenantState
from app.control.pool.pool_sizing import fetch_pool_targets
from app.control.privacy import forget_visitors
from app.demo import load_demo
from jobs.clones.cloning import clone_tenant, requeue_stalled_clones
from jobs.kubernetes.reconcile_loop import keep_launching, watch
from jobs.maintenance.dropping import drop_all, drop_tenant
from jobs.maintenance.expiry import (
    end_overdue,
    flush_activity,
    release_expired,
    repair_tenants_login,
)
from jobs.maintenance.reconcile import reconcile as find_and_mend
from jobs.queue.locks import only_one
from jobs.services import job_services, publish_sessions

log = structlog.get_logger(__name__)


def clone(tenant_id: str) -> str:
    """Clone a tenant's schema and hand it to whoever waits for one. Returns what came of it."""
    services = job_services()
    tenant = services.pool.find(UUID(tenant_id))
    if tenant is None or tenant.state is not TenantState.CLONING:
        return "nothing to do"
    who = {"tenant": tenant_id, "session": tenant.demo_session_id, "job": _job_id()}
    known = {name: str(value) for name, value in who.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**known):
        return "cloned" if clone_tenant(services, tenant) else "left to somebody else"


def drop(tenant_id: str) -> str:
    """Drop the schema of a tenant that is out of use, and forget the tenant."""
    return "dropped" if drop_tenant(job_services(), UUID(tenant_id)) else "nothing to do"


def launch() -> int:
    """Start the Kubernetes Jobs that are missing, and see those that there are to an end."""
    return keep_launching(job_services())


def watch_launches() -> int:
    """The same, as the schedule does it. Returns how many passes were made."""
    return watch(job_services())


def refill(account_type: str) -> int:
    """Register and enqueue the clones that the pool lacks. Returns how many."""
    services = job_services()
    services.dispatcher.refill_may_be_asked_again(account_type)
    asked = 0
    for demand in fetch_pool_targets(services.engine, services.settings, account_type):
        missing = services.pool.add_missing(account_type, demand.target)
        services.dispatcher.clone_for_pool(missing)
        asked += len(missing)
    return asked


def cleanup() -> dict[str, int]:
    """End what the clock has ended, drop what is out of use, fill what is empty.

    Every step leaves the next cleanup what it did not finish, so it may be killed anywhere.
    """
    services = job_services()
    with only_one(services.settings.database_url, "cleanup") as mine:
        if not mine:
            return {"skipped": 1}
        counted = flush_activity(services)
        expired = release_expired(services, with_idle=counted is not None)
        report = {"activity": counted or 0, "expired": expired, "retired": 0}
        report["login_repaired"] = repair_tenants_login(services)
        report["overdue"] = end_overdue(services)
        with services.engine.begin() as connection:
            report["forgotten"] = forget_visitors(connection)
        demands = fetch_pool_targets(services.engine, services.settings)
        for demand in demands:
            report["retired"] += services.pool.retire(demand.account_type, demand.target)
        served = services.pool.serve_waiting()
        publish_sessions(services, served)
        report["served"] = len(served)
        try_dispatch("stalled clones", requeue_stalled_clones, services)
        for demand in demands:
            try_dispatch("refill", services.dispatcher.refill, demand.account_type)
        report |= drop_all(services, services.pool.to_drop())  # last: it may take long
    log.info("cleaned up", action="cleanup", **report)
    return report


def reconcile(dry_run: bool = False) -> list[dict[str, Any]]:
    """Compare what should be there with what is, and mend it. Returns what was found."""
    services = job_services()
    with only_one(services.settings.database_url, "reconcile") as mine:
        if not mine:
            return []
        findings = find_and_mend(services, dry_run=dry_run)
    log.info("reconciled", action="reconcile", findings=len(findings), dry_run=dry_run)
    return [finding.as_dict() for finding in findings]


def refresh() -> list[str]:
    """Let the templates' data end today, wherever they do not. Returns the renewed templates."""
    # Alembic and the demo's own code: no other job needs them.
    from jobs.maintenance.template_renewal import renew

    services = job_services()
    with only_one(services.settings.database_url, "refresh") as mine:
        return renew(services.engine, load_demo(services.settings.demo_file)) if mine else []


def purge() -> int:
    """Delete the rows of sessions that ended long ago; the statistics keep their figures."""
    services = job_services()
    return statistics.purge(services.engine, services.settings.demo_retention_days)


def _job_id() -> str | None:
    job = get_current_job()
    return None if job is None else job.id
