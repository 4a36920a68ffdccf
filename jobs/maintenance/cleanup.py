"""Cleanup: a list of steps, each of which stands alone.

A step that fails is logged, counted and left to the next cleanup; the steps after it are done all
the same. Every step leaves what it did not finish, so a cleanup may be killed anywhere.
"""

from collections.abc import Callable

import structlog
from rq.timeouts import JobTimeoutException

from app.control.pool.pool_sizing import fetch_pool_targets
from app.control.pool.unopenable import retire_unopenable
from app.control.privacy import forget_visitors
from app.control.scenarios.pending import forget_deleted_templates, to_work_on
from jobs.clones.clone_tasks import requeue_stalled_clones
from jobs.maintenance.dropping import drop_all
from jobs.maintenance.expiry import (
    end_overdue,
    flush_activity,
    release_expired,
    repair_tenants_login,
)
from jobs.queue.unreadable_keys import set_aside_unreadable
from jobs.services import JobServices, publish_served, publish_sessions

log = structlog.get_logger(__name__)

Report = dict[str, int]
Step = Callable[[JobServices, Report], None]


def run_cleanup(services: JobServices) -> Report:
    """Do every step. Returns the counts; `failed_steps` says how many steps failed."""
    report: Report = {"activity": 0, "expired": 0, "retired": 0, "failed_steps": 0}
    for step in STEPS:
        try:
            step(services, report)
        except JobTimeoutException:  # the whole cleanup's time is over
            raise
        except Exception as error:  # whatever it is, the other steps are still needed
            report["failed_steps"] += 1
            services.health.count_incident("cleanup_step_failed")
            log.exception(
                "cleanup step failed",
                action="cleanup_step_failed",
                step=step.__name__,
                error=type(error).__name__,
            )
    return report


def count_requests(services: JobServices, report: Report) -> None:
    """Move the counts of requests from Redis to Postgres, then end sessions that are over.

    Which sessions are idle is known only when the requests were counted.
    """
    counted = None
    try:
        counted = flush_activity(services)
    finally:
        report["activity"] = counted or 0
        report["expired"] = release_expired(services, with_idle=counted is not None)


def repair_keys(services: JobServices, report: Report) -> None:
    """Set aside keys of another type than they should have: not every use of one is refused."""
    report["set_aside"] = len(set_aside_unreadable(services.redis))


def reopen_closed(services: JobServices, report: Report) -> None:
    """Open what a restored dump left closed; take out of use what cannot be opened."""
    templates, tenants = services.reopening.templates(), services.reopening.tenants()
    publish_sessions(services, tenants.sessions)
    if given_up := len(templates.given_up) + len(tenants.given_up):
        services.health.count_incident("schema_closed", given_up)
    report["reopened"] = len(templates.schemas) + len(tenants.schemas)


def retire_without_key(services: JobServices, report: Report) -> None:
    """Take tenants out of the pool that no secret opens."""
    del report
    retire_unopenable(services.engine, services.settings.tenant_secrets)


def repair_login(services: JobServices, report: Report) -> None:
    """Repair what hostile SQL changed about the tenants' login."""
    report["login_repaired"] = repair_tenants_login(services)


def end_overdue_transactions(services: JobServices, report: Report) -> None:
    """End tenants' transactions that are older than any should be."""
    report["overdue"] = end_overdue(services)


def forget_old_visitors(services: JobServices, report: Report) -> None:
    """Delete what is known of visitors whose time of retention is over."""
    with services.engine.begin() as connection:
        report["forgotten"] = forget_visitors(connection)


def retire_surplus(services: JobServices, report: Report) -> None:
    """Take ready tenants out of use that the pool does not need."""
    for target in fetch_pool_targets(services.engine, services.settings):
        report["retired"] += services.pool.retire(target.account_type, target.target)


def serve_waiting(services: JobServices, report: Report) -> None:
    """Give ready tenants to sessions that wait, where they have missed each other."""
    served = services.pool.serve_waiting()
    publish_served(services, served)
    report["served"] = len(served)


def requeue_stalled(services: JobServices, report: Report) -> None:
    """Queue clones again that nothing works on."""
    del report
    requeue_stalled_clones(services)


def work_on_scenarios(services: JobServices, report: Report) -> None:
    """Queue the scenarios again that are still to be saved or deleted; forget deleted templates."""
    del report
    for scenario in to_work_on(services.engine):
        services.dispatcher.work_on_scenario(scenario)
    forget_deleted_templates(services.engine)


def refill_pools(services: JobServices, report: Report) -> None:
    """Ask for a refill of every pool, whatever Redis says of when one was asked for last."""
    del report
    for account_type in services.pool.account_types():
        services.dispatcher.refill_may_be_asked_again(account_type)
        services.dispatcher.refill(account_type)


def drop_tenants(services: JobServices, report: Report) -> None:
    """Drop the schemas of tenants that are out of use."""
    report |= drop_all(services, services.pool.to_drop())


STEPS: tuple[Step, ...] = (
    count_requests,  # which sets aside what it cannot read itself
    repair_keys,
    reopen_closed,
    retire_without_key,
    repair_login,
    end_overdue_transactions,
    forget_old_visitors,
    retire_surplus,
    serve_waiting,
    requeue_stalled,
    work_on_scenarios,
    refill_pools,
    drop_tenants,  # last: it may take long
)
