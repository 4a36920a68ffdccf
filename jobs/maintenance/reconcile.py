"""Compares what should be there with what is, and mends what does not match.

Everything is found by one statement each, in the order in which it is mended: what is closed in
one step is dropped in a later one. Running it twice at the same time does no harm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog
from redis.exceptions import RedisError
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from app.control.models import DemoSession, SessionStatus
from app.control.sessions.session_view import session_view
from gateway import GatewayError
from jobs.clones.cloning import find_stalled
from jobs.kubernetes.errors import ClusterError
from jobs.kubernetes.reconcile_loop import stray_clone_jobs
from jobs.kubernetes.reconciler import open_cluster
from jobs.maintenance.dropping import drop_schema_of, drop_tenant
from jobs.services import JobServices, publish_sessions, session_record
from schema_tools import MARK, SchemaToolsError

log = structlog.get_logger(__name__)

LOST_TENANTS = text(
    """
    SELECT id, schema_name FROM control.tenants
     WHERE is_demo AND state IN ('ready', 'leased') AND to_regnamespace(schema_name) IS NULL
    """
)
LOST_SESSIONS = text(
    """
    SELECT session.id FROM control.demo_sessions AS session
     WHERE session.status = 'active' AND NOT EXISTS (
           SELECT FROM control.tenants AS tenant
            WHERE tenant.id = session.virtual_tenant_id AND tenant.state = 'leased'
              AND tenant.demo_session_id = session.id)
    """
)
ABANDONED_TENANTS = text(
    """
    SELECT tenant.id, tenant.schema_name FROM control.tenants AS tenant
     WHERE tenant.is_demo AND tenant.state = 'leased' AND NOT EXISTS (
           SELECT FROM control.demo_sessions AS session
            WHERE session.id = tenant.demo_session_id AND session.virtual_tenant_id = tenant.id
              AND session.status IN ('pending', 'active'))
    """
)
UNDROPPED_TENANTS = text(
    """
    SELECT id, schema_name FROM control.tenants
     WHERE is_demo AND state IN ('dropping', 'failed')
    """
)
CLOSED_SESSIONS = text(
    """
    SELECT session.id FROM control.demo_sessions AS session
     WHERE session.status = 'expired' AND NOT EXISTS (
           SELECT FROM control.tenants WHERE id = session.virtual_tenant_id)
    """
)
ORPHAN_SCHEMAS = text(
    """
    SELECT n.nspname AS schema_name FROM pg_catalog.pg_namespace AS n
     WHERE n.nspname ~ '^demo_[0-9a-f]{32}$'
       AND starts_with(obj_description(n.oid, 'pg_namespace'), :mark)
       AND NOT EXISTS (SELECT FROM control.tenants WHERE schema_name = n.nspname)
    """
)


@dataclass(frozen=True)
class Finding:
    """One thing that does not match, and what mends it."""

    kind: str
    identity: str
    action: str
    mend: Callable[[], object] = field(repr=False)
    mended: bool = False
    failure: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For programs and for RQ's results."""
        return {
            "kind": self.kind,
            "identity": self.identity,
            "action": self.action,
            "mended": self.mended,
            "failure": self.failure,
        }


def reconcile(services: JobServices, *, dry_run: bool = False) -> list[Finding]:
    """Find what does not match and mend it; with `dry_run`, only tell."""
    findings: list[Finding] = []
    for look in (
        _lost_tenants,
        _lost_sessions,
        _abandoned_tenants,
        _undropped_tenants,
        _closed_sessions,
        _orphan_schemas,
        _idle_clones,
        _strange_records,
        _stray_launches,
    ):
        for finding in list(look(services)):
            findings.append(finding if dry_run else _mended(finding))
    if not dry_run:
        publish_sessions(services, services.pool.serve_waiting())
    return findings


def _mended(finding: Finding) -> Finding:
    failure = None
    try:
        finding.mend()
    except (SchemaToolsError, psycopg.Error, SQLAlchemyError, RedisError, ClusterError) as error:
        failure = str(error)
    log.info(
        "mended" if failure is None else "not mended",
        action="reconcile_mend",
        kind=finding.kind,
        identity=finding.identity,
        failure=failure,
    )
    return Finding(
        finding.kind, finding.identity, finding.action, finding.mend, failure is None, failure
    )


def _rows(services: JobServices, statement: Any, **values: Any) -> list[Any]:
    with services.engine.connect() as connection:
        return list(connection.execute(statement, values))


def _lost_tenants(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, LOST_TENANTS):

        def mend(tenant_id: UUID = row.id) -> None:
            publish_sessions(services, services.pool.close_lost(tenant_id))

        yield Finding("tenant without schema", row.schema_name, "close it and its session", mend)


def _lost_sessions(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, LOST_SESSIONS):

        def mend(session: UUID = row.id) -> None:
            publish_sessions(services, services.pool.fail_session(session))

        yield Finding("session without tenant", str(row.id), "close it as failed", mend)


def _abandoned_tenants(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, ABANDONED_TENANTS):

        def mend(tenant_id: UUID = row.id) -> None:
            services.pool.release(tenant_id)

        yield Finding("tenant without session", row.schema_name, "take it out of use", mend)


def _undropped_tenants(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, UNDROPPED_TENANTS):

        def mend(tenant_id: UUID = row.id) -> None:
            drop_tenant(services, tenant_id)

        yield Finding("tenant to drop", row.schema_name, "drop its schema", mend)


def _closed_sessions(services: JobServices) -> Iterator[Finding]:
    for row in _rows(services, CLOSED_SESSIONS):

        def mend(session: UUID = row.id) -> None:
            services.pool.close_session(session)

        yield Finding("session still open", str(row.id), "note that its data are gone", mend)


def _orphan_schemas(services: JobServices) -> Iterator[Finding]:
    """One statement sees both, so a clone in the making, whose row comes first, is never taken."""
    for row in _rows(services, ORPHAN_SCHEMAS, mark=MARK):

        def mend(name: str = row.schema_name) -> None:
            drop_schema_of(services, UUID(name.removeprefix("demo_")), name)

        yield Finding("orphan schema", row.schema_name, "drop it", mend)


def _idle_clones(services: JobServices) -> Iterator[Finding]:
    """Clones that nobody works on, though their job says so, or that have no job at all."""
    try:
        lost = find_stalled(services)
    except RedisError:
        return
    for idle, is_waited_for in lost:

        def mend(tenant_id: UUID = idle, waited: bool = is_waited_for) -> None:
            services.dispatcher.requeue([(tenant_id, waited)])

        yield Finding("clone that nobody makes", str(idle), "queue it again", mend)


def _strange_records(services: JobServices) -> Iterator[Finding]:
    """Sessions of which the gateway's records say something else than Postgres."""
    recent = DemoSession.destroyed_at > datetime.now(UTC) - timedelta(hours=1)
    is_open = DemoSession.status.in_([SessionStatus.PENDING, SessionStatus.ACTIVE])
    with services.engine.connect() as connection:
        statement = select(*DemoSession.__table__.columns).where(is_open | recent)
        sessions = [session_view(row) for row in connection.execute(statement)]
    for session in sessions:
        try:
            known = services.cache.find(session.session_id)
        except GatewayError:  # forgotten: destroyed, whatever else is written
            continue
        except RedisError:
            return
        if session.is_open:
            matches = known == session_record(session)
        else:
            matches = known is None or known.status not in ("pending", "active")
        if not matches:

            def mend(session: Any = session) -> None:
                publish_sessions(services, [session])

            yield Finding("record in Redis", str(session.id), "write what Postgres says", mend)


def _stray_launches(services: JobServices) -> Iterator[Finding]:
    """Kubernetes Jobs that go on for tenants that do not wait for a clone any more."""
    if services.settings.clone_launcher != "kubernetes":
        return
    try:
        cluster = open_cluster(services.settings)
        strays = stray_clone_jobs(services, cluster)
    except ClusterError as error:
        log.warning("Jobs not compared", action="reconcile_failed", error=str(error))
        return
    for launch in strays:

        def mend(name: str = launch.name) -> None:
            cluster.delete(name)

        yield Finding("launch without clone", launch.name, "remove it", mend)
