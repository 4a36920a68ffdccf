"""Compares what should be there with what is, and repairs what does not match.

Each kind is found by one statement, in the order in which it is repaired: what is closed in one
step is dropped in a later one. A step that fails stops no other. Running it twice at the same time
does no harm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from rq.timeouts import JobTimeoutException
from sqlalchemy import select

from app.control.models import DemoSession, SessionStatus
from app.control.scenarios.pending import find_orphan_copies
from app.control.sessions.session_view import SessionView, session_view
from app.sql_blocks import load_statements
from gateway import GatewayError
from jobs.clones.clone_tasks import find_stalled
from jobs.kubernetes.reconcile_loop import stray_clone_jobs
from jobs.kubernetes.reconciler import open_cluster
from jobs.maintenance.dropping import drop_schema_of, drop_tenant
from jobs.scenarios.saving import drop_copy
from jobs.services import JobServices, publish_served, publish_sessions, session_record
from schema_tools import MARK

log = structlog.get_logger(__name__)

_SQL = load_statements("jobs.maintenance", "reconcile")
LOST_TENANTS = _SQL["lost_tenants"]
LOST_SESSIONS = _SQL["lost_sessions"]
ABANDONED_TENANTS = _SQL["abandoned_tenants"]
UNDROPPED_TENANTS = _SQL["undropped_tenants"]
CLOSED_SESSIONS = _SQL["closed_sessions"]
ORPHAN_SCHEMAS = _SQL["orphan_schemas"]


@dataclass(frozen=True)
class Finding:
    """One thing that does not match, and what repairs it."""

    kind: str
    identity: str
    action: str
    repair: Callable[[], object] = field(repr=False)
    repaired: bool = False
    failure: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it for programs and for RQ's results."""
        return {
            "kind": self.kind,
            "identity": self.identity,
            "action": self.action,
            "repaired": self.repaired,
            "failure": self.failure,
        }


def find_and_repair(services: JobServices, *, dry_run: bool = False) -> list[Finding]:
    """Find what does not match and repair it; with `dry_run`, only report it."""
    findings: list[Finding] = []
    for find in STEPS:
        for finding in _find(services, find):
            findings.append(finding if dry_run else _repaired(services, finding))
    if not dry_run:
        publish_served(services, services.pool.serve_waiting())
    return findings


def _find(services: JobServices, find: Callable[[JobServices], Iterator[Finding]]) -> list[Finding]:
    """Return what one step finds, or nothing if the step fails: the others go on."""
    try:
        return list(find(services))
    except JobTimeoutException:  # the whole job's time is over
        raise
    except Exception as error:
        services.health.count_incident("reconcile_step_failed")
        log.exception(
            "not compared",
            action="reconcile_step_failed",
            step=find.__name__.lstrip("_"),
            error=str(error),
        )
        return []


def _repaired(services: JobServices, finding: Finding) -> Finding:
    failure = None
    try:
        finding.repair()
    except JobTimeoutException:
        raise
    except Exception as error:  # it is reported, and the next finding is repaired all the same
        failure = str(error)
        services.health.count_incident("reconcile_step_failed")
    log.info(
        "repaired" if failure is None else "not repaired",
        action="reconcile_repair",
        kind=finding.kind,
        identity=finding.identity,
        failure=failure,
    )
    return replace(finding, repaired=failure is None, failure=failure)


def _rows(services: JobServices, statement: Any, **values: Any) -> list[Any]:
    with services.engine.connect() as connection:
        return list(connection.execute(statement, values))


def _lost_tenants(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, LOST_TENANTS):

        def repair(tenant_id: UUID = row.id) -> None:
            publish_sessions(services, services.pool.close_lost(tenant_id))

        yield Finding("tenant without schema", row.schema_name, "close it and its session", repair)


def _lost_sessions(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, LOST_SESSIONS):

        def repair(demo_session_id: UUID = row.id) -> None:
            publish_sessions(services, services.pool.fail_session(demo_session_id))

        yield Finding("session without tenant", str(row.id), "close it as failed", repair)


def _abandoned_tenants(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, ABANDONED_TENANTS):

        def repair(tenant_id: UUID = row.id) -> None:
            services.pool.release(tenant_id)

        yield Finding("tenant without session", row.schema_name, "take it out of use", repair)


def _undropped_tenants(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, UNDROPPED_TENANTS):

        def repair(tenant_id: UUID = row.id) -> None:
            drop_tenant(services, tenant_id)

        yield Finding("tenant to drop", row.schema_name, "drop its schema", repair)


def _closed_sessions(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, CLOSED_SESSIONS):

        def repair(demo_session_id: UUID = row.id) -> None:
            services.pool.close_session(demo_session_id)

        yield Finding("session still open", str(row.id), "note that its data are gone", repair)


def _orphan_schemas(services: JobServices) -> Iterator[Finding]:
    """Find schemas without a row. One statement sees both; a clone's row comes first."""
    for row in _rows(services, ORPHAN_SCHEMAS, mark=MARK):

        def repair(name: str = row.schema_name) -> None:
            drop_schema_of(services, UUID(name.removeprefix("demo_")), name)

        yield Finding("orphan schema", row.schema_name, "drop it", repair)


def _orphan_copies(services: JobServices) -> Iterator[Finding]:
    """Find copies of sessions that no scenario is being saved from any more."""
    for name in find_orphan_copies(services.engine, MARK):

        def repair(name: str = name) -> None:
            drop_copy(services.settings.database_url, name)

        yield Finding("copy without scenario", name, "drop it", repair)


def _stalled_clones(services: JobServices) -> Iterator[Finding]:
    """Find clones that nothing works on, though their job says so, or that have no job at all."""
    for stalled, is_waited_for in find_stalled(services):

        def repair(tenant_id: UUID = stalled, waited: bool = is_waited_for) -> None:
            services.dispatcher.requeue([(tenant_id, waited)])

        yield Finding("stalled clone", str(stalled), "queue it again", repair)


def _wrong_records(services: JobServices) -> Iterator[Finding]:
    """Find sessions of which the gateway's records say something else than Postgres."""
    recent = DemoSession.destroyed_at > datetime.now(UTC) - timedelta(hours=1)
    is_open = DemoSession.status.in_([SessionStatus.PENDING, SessionStatus.ACTIVE])
    with services.engine.connect() as connection:
        statement = select(*DemoSession.__table__.columns).where(is_open | recent)
        sessions = [session_view(row) for row in connection.execute(statement)]
    for session in sessions:
        try:
            record = services.cache.find(session.session_id)
        except GatewayError:  # a tombstone: refused, whatever else is written
            continue
        if session.is_open:
            matches = record == session_record(session)
        else:
            matches = record is None or record.status not in ("pending", "active")
        if not matches:

            def repair(session: SessionView = session) -> None:
                publish_sessions(services, [session])

            yield Finding("record in Redis", str(session.id), "write what Postgres says", repair)


def _stray_clone_jobs(services: JobServices) -> Iterator[Finding]:
    """Find Kubernetes Jobs that go on for tenants that do not wait for a clone any more."""
    if services.settings.clone_launcher != "kubernetes":
        return
    cluster = open_cluster(services.settings)
    for job_status in stray_clone_jobs(services, cluster):

        def repair(name: str = job_status.name) -> None:
            cluster.delete(name)

        yield Finding("Kubernetes Job without clone", job_status.name, "delete it", repair)


STEPS = (
    _lost_tenants,
    _lost_sessions,
    _abandoned_tenants,
    _undropped_tenants,
    _closed_sessions,
    _orphan_schemas,
    _orphan_copies,
    _stalled_clones,
    _wrong_records,
    _stray_clone_jobs,
)
