"""The tasks. Each is safe to run twice, safe to kill at any line, and done when it returns.

A job in Redis may name these functions and no others (`jobs.queue.task_queue.TASKS`), with
arguments that JSON can express.

What a task needs is imported when it is done: a pod that clones needs a small part of it, and would
take longer to import the rest than to clone. A standing worker imports all of it before it forks.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from rq import get_current_job

from app.control.states import TenantState

if TYPE_CHECKING:
    from app.demo import Demo
    from jobs.services import JobServices

log = structlog.get_logger(__name__)


def clone(tenant_id: str) -> str:
    """Clone a tenant's schema and hand it to a session that waits. Returns what came of it."""
    from jobs.clones.clone_services import clone_services
    from jobs.clones.cloning import clone_tenant

    services = clone_services()
    tenant = services.clones.find(UUID(tenant_id))
    if tenant is None or tenant.state is not TenantState.CLONING:
        return "nothing to do"
    ids = {"tenant": tenant_id, "session": tenant.demo_session_id, "job": _job_id()}
    context = {name: str(value) for name, value in ids.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**context):
        return "cloned" if clone_tenant(services, tenant) else "left to another process"


def drop(tenant_id: str) -> str:
    """Drop the schema of a tenant that is out of use, and forget the tenant."""
    from jobs.maintenance.dropping import drop_tenant

    return "dropped" if drop_tenant(_services(), UUID(tenant_id)) else "nothing to do"


def reset(session: str) -> str:
    """Give a session the template's data again. Returns what came of it, a `ResetStatus`."""
    from jobs.clones.resetting import reset_session

    with structlog.contextvars.bound_contextvars(session=session):
        return reset_session(_services(), UUID(session)).value


def work_on_scenario(scenario: str) -> str:
    """Save or delete a scenario, as its row says. Returns what came of it."""
    from jobs.scenarios.working import work_on

    services = _services()
    with structlog.contextvars.bound_contextvars(scenario=scenario):
        return work_on(services, _demo(services), UUID(scenario))


def reconcile_clone_jobs() -> int:
    """Start the Kubernetes Jobs that are missing, and follow each Job to its end.

    Returns how many passes were made.
    """
    from jobs.kubernetes import reconcile_loop

    return reconcile_loop.reconcile_clone_jobs(_services())


def poll_clone_jobs() -> int:
    """Do the same for the schedule, unless it was done just now."""
    from jobs.kubernetes import reconcile_loop

    return reconcile_loop.poll_clone_jobs(_services())


def refill(account_type: str) -> int:
    """Register and queue the clones that the pool lacks. Returns how many."""
    from app.control.pool.pool_sizing import fetch_pool_targets

    services = _services()
    services.dispatcher.refill_may_be_asked_again(account_type)
    queued = 0
    for target in fetch_pool_targets(services.engine, services.settings, account_type):
        missing = services.pool.add_missing(account_type, target.target)
        services.dispatcher.clone_for_pool(missing)
        queued += len(missing)
    return queued


def cleanup() -> dict[str, int]:
    """End what the clock has ended, drop what is out of use, fill what is empty."""
    from jobs.maintenance.cleanup import run_cleanup
    from jobs.services import advisory_lock

    services = _services()
    with advisory_lock(services.settings.database_url, "cleanup") as acquired:
        if not acquired:
            return {"skipped": 1}
        report = run_cleanup(services)
    log.info("cleaned up", action="cleanup", **report)
    return report


def reconcile(dry_run: bool = False) -> list[dict[str, Any]]:
    """Compare what should be there with what is, and repair it. Returns what was found."""
    from jobs.maintenance.reconcile import find_and_repair
    from jobs.services import advisory_lock

    services = _services()
    with advisory_lock(services.settings.database_url, "reconcile") as acquired:
        if not acquired:
            return []
        findings = find_and_repair(services, dry_run=dry_run)
    log.info("reconciled", action="reconcile", findings=len(findings), dry_run=dry_run)
    return [finding.as_dict() for finding in findings]


def refresh() -> list[str]:
    """Rebuild the templates whose data do not end today. Returns the renewed templates."""
    from app.control.scenarios.renewal import renew_saved, without_saved
    from jobs.maintenance.template_renewal import renew
    from jobs.services import advisory_lock

    services = _services()
    with advisory_lock(services.settings.database_url, "refresh") as acquired:
        if not acquired:
            return []
        demo = _demo(services)
        seeded = without_saved(services.engine, demo)
        return renew_saved(services.engine, demo) + renew(services.engine, seeded)


def catch_up() -> dict[str, int]:
    """Let time pass in templates and in tenants that wait for a visitor. Returns the counts."""
    from jobs.maintenance.catching_up import catch_up as catch_up_all
    from jobs.services import advisory_lock

    services = _services()
    url = services.settings.database_url
    if not services.settings.demo_live:
        return {"skipped": 1}
    with advisory_lock(url, "catch-up") as acquired:
        if not acquired:
            return {"skipped": 1}
        return catch_up_all(services.engine, url, _demo(services))


def daily() -> dict[str, int]:
    """Do what is due once a day in tenants that are not demos. Returns the counts."""
    from jobs.maintenance.daily import run_daily
    from jobs.services import advisory_lock

    services = _services()
    with advisory_lock(services.settings.database_url, "daily") as acquired:
        return run_daily(services.engine, _demo(services)) if acquired else {"skipped": 1}


def events() -> dict[str, int]:
    """Move the events of visits from Redis to Postgres, and add them up. Returns the counts."""
    from jobs.maintenance.events import ingest_events
    from jobs.services import advisory_lock

    services = _services()
    with advisory_lock(services.settings.database_url, "events") as acquired:
        return ingest_events(services) if acquired else {"skipped": 1}


def purge() -> int:
    """Delete sessions that ended long ago, whose figures are kept, and leads that are too old.

    Returns the days of which rows were deleted.
    """
    from app.control import statistics
    from app.insights.ingest.store import purge_visits
    from app.insights.leads.service import Leads
    from app.insights.live.audit import purge_actions
    from app.insights.webhooks.service import Webhooks

    services = _services()
    Leads(services.engine, services.settings).purge()
    Webhooks(services.engine, services.settings).purge()
    purged = statistics.purge(services.engine, services.settings.demo_retention_days)
    purge_visits(services.engine, services.settings.demo_retention_days)
    purge_actions(services.engine)
    return purged


def deliver() -> dict[str, int]:
    """Send the mails and the webhooks that are due. Returns the counts."""
    from jobs.outbox.mail import send_mails
    from jobs.outbox.webhooks import deliver_webhooks
    from jobs.services import advisory_lock

    services = _services()
    with advisory_lock(services.settings.database_url, "deliver") as acquired:
        if not acquired:
            return {"skipped": 1}
        return deliver_webhooks(services) | send_mails(services, _demo(services).title)


def _services() -> "JobServices":
    from jobs.services import job_services

    return job_services()


def _demo(services: "JobServices") -> "Demo":
    from app.demo import demo_of

    return demo_of(services.settings)


def _job_id() -> str | None:
    job = get_current_job()
    return None if job is None else job.id
