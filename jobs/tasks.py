"""The jobs. Each is safe to run twice, safe to kill at any line, and done when it says so.

A job in Redis may name these functions and no others (`jobs.task_queue.TASKS`), with arguments that
JSON can tell.
"""

from typing import Any
from uuid import UUID

import structlog
from rq import get_current_job

from app.control import stats
from app.control.models import TenantState
from app.control.stock import fetch_demands
from app.demo import load_demo
from app.privacy import forget_visitors
from jobs.cloning import ask_for_lost_clones, clone_tenant
from jobs.dropping import drop_all, drop_tenant
from jobs.launching import keep_launching, watch
from jobs.locks import only_one
from jobs.reconcile import reconcile as find_and_mend
from jobs.sweep import ask, end_overdue, flush_activity, release_expired
from jobs.wiring import announce, wiring

log = structlog.get_logger(__name__)


def clone(tenant_id: str) -> str:
    """Clone a tenant's schema and hand it to whoever waits for one. Returns what came of it."""
    parts = wiring()
    tenant = parts.pool.find(UUID(tenant_id))
    if tenant is None or tenant.state is not TenantState.CLONING:
        return "nothing to do"
    who = {"tenant": tenant_id, "session": tenant.session, "job": _job_id()}
    known = {name: str(value) for name, value in who.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**known):
        return "cloned" if clone_tenant(parts, tenant) else "left to somebody else"


def drop(tenant_id: str) -> str:
    """Drop the schema of a tenant that is out of use, and forget the tenant."""
    return "dropped" if drop_tenant(wiring(), UUID(tenant_id)) else "nothing to do"


def launch() -> int:
    """Start the Kubernetes Jobs that are missing, and see those that there are to an end."""
    return keep_launching(wiring())


def watch_launches() -> int:
    """The same, as the schedule does it. Returns how many passes were made."""
    return watch(wiring())


def refill(account_type: str) -> int:
    """Register and enqueue the clones that the pool lacks. Returns how many."""
    parts = wiring()
    parts.dispatcher.refill_may_be_asked_again(account_type)
    asked = 0
    for demand in fetch_demands(parts.engine, parts.settings, account_type):
        missing = parts.pool.add_missing(account_type, demand.target)
        parts.dispatcher.clone_for_pool(missing)
        asked += len(missing)
    return asked


def cleanup() -> dict[str, int]:
    """End what the clock has ended, drop what is out of use, fill what is empty.

    Every step leaves the next cleanup what it did not finish, so it may be killed anywhere.
    """
    parts = wiring()
    with only_one(parts.settings.database_url, "cleanup") as mine:
        if not mine:
            return {"skipped": 1}
        counted = flush_activity(parts)
        expired = release_expired(parts, with_idle=counted is not None)
        report = {"activity": counted or 0, "expired": expired, "retired": 0}
        report["overdue"] = end_overdue(parts)
        with parts.engine.begin() as connection:
            report["forgotten"] = forget_visitors(connection)
        demands = fetch_demands(parts.engine, parts.settings)
        for demand in demands:
            report["retired"] += parts.pool.retire(demand.account_type, demand.target)
        served = parts.pool.serve_waiting()
        announce(parts, served)
        report["served"] = len(served)
        ask(ask_for_lost_clones, parts)
        for demand in demands:
            ask(parts.dispatcher.refill, demand.account_type)
        report |= drop_all(parts, parts.pool.to_drop())  # last: it may take long
    log.info("cleaned up", action="cleanup", **report)
    return report


def reconcile(dry_run: bool = False) -> list[dict[str, Any]]:
    """Compare what should be there with what is, and mend it. Returns what was found."""
    parts = wiring()
    with only_one(parts.settings.database_url, "reconcile") as mine:
        if not mine:
            return []
        findings = find_and_mend(parts, dry_run=dry_run)
    log.info("reconciled", action="reconcile", findings=len(findings), dry_run=dry_run)
    return [finding.as_dict() for finding in findings]


def refresh() -> list[str]:
    """Let the templates' data end today, wherever they do not. Returns the renewed templates."""
    from jobs.renewal import renew  # Alembic, and the demo's own code: no other job needs them

    parts = wiring()
    with only_one(parts.settings.database_url, "refresh") as mine:
        return renew(parts.engine, load_demo(parts.settings.demo_file)) if mine else []


def purge() -> int:
    """Delete the rows of sessions that ended long ago; the statistics keep their figures."""
    parts = wiring()
    return stats.purge(parts.engine, parts.settings.demo_retention_days)


def _job_id() -> str | None:
    job = get_current_job()
    return None if job is None else job.id
