"""Drops the schemas of tenants that are out of use, some at the same time."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import structlog

from app.database.isolation import drop_tenant_role, roles_of, tenant_role
from jobs.services import JobServices
from schema_tools import drop_schema

log = structlog.get_logger(__name__)

LONGEST_SECONDS = 120
"""After so long no further drop is begun; the next cleanup goes on."""


def drop_tenant(services: JobServices, tenant_id: UUID) -> bool:
    """Drop a tenant's schema and forget the tenant. Returns False if it is not out of use.

    Raises:
        SchemaToolsError, psycopg.Error: it could not be dropped; it stays to be dropped later.
    """
    if not services.pool.begin_drop(tenant_id):
        return False
    tenant = services.pool.find(tenant_id)
    if tenant is None:  # another process has finished it
        return False
    with structlog.contextvars.bound_contextvars(tenant=str(tenant_id)):
        drop_schema_of(services, tenant_id, tenant.schema_name)
        services.pool.forget(tenant_id)
        log.info("tenant dropped", action="tenant_dropped")
    return True


def drop_schema_of(services: JobServices, tenant_id: UUID, schema: str) -> None:
    """Drop one schema, and its tenant's roles, those of former secrets too."""
    name = f"masa-madre drop {tenant_id.hex}"
    with psycopg.connect(
        services.settings.database_url, autocommit=True, application_name=name
    ) as connection:
        roles = {tenant_role(secret, tenant_id).name for secret in services.settings.tenant_secrets}
        roles.update(roles_of(connection, schema))
        started = time.perf_counter()
        if drop_schema(connection, schema):
            services.measurements.observe("demo_drop_seconds", time.perf_counter() - started)
        for role in sorted(roles):
            drop_tenant_role(connection, role)
    services.tenant_cache.drop(tenant_id)


def drop_all(services: JobServices, tenant_ids: Sequence[UUID]) -> dict[str, int]:
    """Drop many; one that fails is logged, and stops no other. Returns the counts by outcome."""
    end = time.monotonic() + LONGEST_SECONDS

    def drop(tenant_id: UUID) -> str:
        if time.monotonic() > end:
            return "left"
        try:
            return "dropped" if drop_tenant(services, tenant_id) else "gone"
        except Exception as error:
            log.warning(
                "drop failed", action="drop_failed", tenant=str(tenant_id), error=str(error)
            )
            return "not_dropped"

    with ThreadPoolExecutor(services.settings.demo_drops_at_once) as threads:
        outcomes = list(threads.map(drop, tenant_ids))
    return {name: outcomes.count(name) for name in ("dropped", "not_dropped", "left")}
