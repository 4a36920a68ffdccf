"""Deletes a scenario: first the tenants that are cut from it, then its template."""

from typing import Any

import psycopg
import structlog

from app.control import transitions
from app.control.models import TenantState
from app.control.scenarios import pending
from app.demo import template_key
from jobs.maintenance.dropping import drop_tenant
from jobs.services import JobServices
from schema_tools import drop_schema

log = structlog.get_logger(__name__)


def delete_scenario(services: JobServices, row: Any) -> bool:
    """Delete it. Returns False if it is still used: the next cleanup asks again.

    A session that began while it was being deleted keeps its template until it is over.

    Raises:
        SchemaToolsError, psycopg.Error, SQLAlchemyError: it is tried again.
    """
    engine = services.engine
    if pending.count_sessions(engine, row):
        pending.note_step(engine, row.id, "waits for sessions to end")
        return False
    ready = [one.id for one in pending.tenants_of(engine, row.template_id) if is_ready(one)]
    with engine.begin() as connection:
        transitions.RETIRE_TENANTS.run(connection, tenant_ids=ready)
    for tenant in pending.tenants_of(engine, row.template_id):
        drop_tenant(services, tenant.id)
    if pending.tenants_of(engine, row.template_id):
        pending.note_step(engine, row.id, "waits for clones to be dropped")
        return False
    account = row.account_type
    schema = pending.schema_of(engine, row.template_id)
    with psycopg.connect(
        services.settings.database_url,
        autocommit=True,
        application_name=f"masa-madre delete {row.id.hex}",
    ) as connection:
        drop_schema(connection, schema)
    with engine.begin() as transaction:
        pending.retire_template(transaction, row.id, row.template_id, schema)
    pending.forget_deleted_templates(engine)
    key = template_key(account, row.name)
    log.info("scenario deleted", action="scenario_deleted", scenario=key, template=schema)
    return True


def is_ready(tenant: Any) -> bool:
    """Return True for a tenant of the pool."""
    return bool(tenant.state == TenantState.READY)
