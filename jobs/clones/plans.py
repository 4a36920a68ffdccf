"""Keeps each template's clone plan in the control schema, so that a clone need not compile it."""

from typing import Any

import structlog
from psycopg import Connection

from app.control.pool.tenant_pool import TenantView
from schema_tools import ClonePlan, CloneReport, PlanOutdated, Progress, compile_plan

log = structlog.get_logger(__name__)

_FETCH = "SELECT plan FROM control.clone_plans WHERE template_id = %s"
_KEEP = """
INSERT INTO control.clone_plans (template_id, fingerprint, plan) VALUES (%s, %s, %s)
ON CONFLICT (template_id) DO UPDATE
   SET fingerprint = excluded.fingerprint, plan = excluded.plan, created_at = now()
"""


def run_current_plan(
    connection: "Connection[Any]",
    tenant: TenantView,
    progress: Progress | None = None,
    comment: str | None = None,
) -> CloneReport:
    """Clone a tenant's schema with the kept plan, compiling a new one when there is none or an old.

    `comment` ends up in the schema's mark.

    Raises:
        SchemaToolsError: the clone failed; nothing is left behind.
    """
    plan = _kept(connection, tenant)
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
    plan = compile_plan(connection, tenant.template_schema)
    connection.execute(_KEEP, [tenant.template_id, plan.fingerprint, plan.to_json()])
    return plan.run(connection, tenant.schema_name, progress=progress, comment=comment)


def _kept(connection: "Connection[Any]", tenant: TenantView) -> ClonePlan | None:
    row = connection.execute(_FETCH, [tenant.template_id]).fetchone()
    if row is None:
        return None
    try:
        return ClonePlan.from_json(row[0])
    except ValueError:
        return None
