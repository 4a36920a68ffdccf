"""How many tenants to keep ready: what arrives while a tenant is being replaced, within bounds.

Arrivals come by chance, so the target is their mean and two standard deviations: of forty
moments, about one finds the pool empty. The bounds are what the operator asked for, what the
server's lock table allows, and what the disk allows.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from app.config import Settings

FACTS = text(
    """
    SELECT template.account_type, template.template_version AS version, template.data_on,
           arrivals.last_minute, arrivals.last_ten_minutes, arrivals.waiting,
           count(tenant.id) FILTER (WHERE tenant.state = 'ready'
               AND tenant.template_version = template.template_version) AS ready,
           count(tenant.id) FILTER (WHERE tenant.state = 'ready'
               AND tenant.template_version <> template.template_version) AS outdated,
           count(tenant.id) FILTER (WHERE tenant.state = 'cloning') AS cloning,
           count(tenant.id) FILTER (WHERE tenant.state = 'leased') AS leased,
           count(tenant.id) FILTER (WHERE tenant.state IN ('dropping', 'failed')) AS leaving,
           (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY recent.seconds)
              FROM (SELECT EXTRACT(epoch FROM ready_at - created_at)::float8 AS seconds
                      FROM control.tenants
                     WHERE base_demo_tenant_id = template.id AND ready_at IS NOT NULL
                     ORDER BY ready_at DESC LIMIT 20) AS recent) AS refill_seconds
      FROM control.tenants AS template
      LEFT JOIN control.tenants AS tenant ON tenant.base_demo_tenant_id = template.id
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE created_at > now() - interval '1 minute') AS last_minute,
                  count(*) FILTER (WHERE created_at > now() - interval '10 minutes')
                      AS last_ten_minutes,
                  count(*) FILTER (WHERE status = 'pending') AS waiting
             FROM control.demo_sessions
            WHERE base_demo_tenant_id = template.id
              AND (created_at > now() - interval '10 minutes' OR status = 'pending')) AS arrivals
     WHERE template.is_demo_template AND template.state = 'ready'
       AND (CAST(:account_type AS text) IS NULL OR template.account_type = :account_type)
     GROUP BY template.id, template.account_type, template.template_version, template.data_on,
              arrivals.last_minute, arrivals.last_ten_minutes, arrivals.waiting
     ORDER BY template.account_type
    """
)

ROOM = text(
    """
    SELECT current_setting('max_locks_per_transaction')::bigint
           * (current_setting('max_connections')::bigint
              + current_setting('max_prepared_transactions')::bigint) AS locks,
           CASE WHEN :with_disk THEN pg_database_size(current_database()) END AS used,
           (SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = template.schema_name) AS relations,
           (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
              FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = template.schema_name AND c.relkind IN ('r', 'm', 'S')) AS size
      FROM control.tenants AS template
     WHERE template.is_demo_template AND template.account_type = :account_type
    """
)

UNKNOWN_REFILL_SECONDS = 1.0
"""Until the first tenant of a template was cloned."""

LOCKS_PER_RELATION = 3
"""Dropping takes a lock on a relation, its type and its array type: measured, rounded up."""

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class PoolTarget:
    """How many tenants of a template are kept ready, and why. Sizes are in bytes."""

    account_type: str
    version: int
    data_on: Any
    ready: int
    outdated: int
    cloning: int
    leased: int
    leaving: int
    waiting: int
    arrivals_per_minute: float
    refill_seconds: float
    floor: int
    ceiling: int
    ceiling_by: str
    target: int
    tenant_bytes: int

    @property
    def reason(self) -> str:
        """The target in a sentence."""
        expected = self.arrivals_per_minute / 60 * self.refill_seconds
        sentence = (
            f"{self.arrivals_per_minute:.1f} arrivals a minute x {self.refill_seconds:.2f} s to"
            f" refill = {expected:.2f} while one is replaced; with chance {wanted(expected)}"
        )
        if self.target == self.floor > wanted(expected):
            return f"{sentence}, but at least {self.floor} (DEMO_POOL_SIZE)"
        if self.target == self.ceiling < wanted(expected):
            return f"{sentence}, but at most {self.ceiling} ({self.ceiling_by})"
        return sentence

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "reason": self.reason}


def wanted(expected: float) -> int:
    """How many are enough when so many are expected to arrive, in all but few cases."""
    return math.ceil(expected + 2 * math.sqrt(expected))


def fetch_pool_targets(
    engine: Engine, settings: Settings, account_type: str | None = None
) -> list[PoolTarget]:
    """The demand for each template, or for one."""
    with engine.connect() as connection:
        rows = connection.execute(FACTS, {"account_type": account_type}).all()
        return [_demand(connection, row, settings) for row in rows]


def _demand(connection: Connection, row: Any, settings: Settings) -> PoolTarget:
    room = connection.execute(
        ROOM, {"account_type": row.account_type, "with_disk": settings.demo_disk_mb > 0}
    ).one()
    stock = row.ready + row.outdated + row.cloning
    bounds = {"DEMO_POOL_MAX": max(settings.demo_pool_max, settings.demo_pool_size)}
    bounds["max_locks_per_transaction"] = room.locks // max(1, room.relations * LOCKS_PER_RELATION)
    if room.used is not None:
        left = settings.demo_disk_mb * MEGABYTE - room.used
        bounds["DEMO_DISK_MB"] = max(0, stock + left // max(1, room.size))
    ceiling_by = min(bounds, key=lambda name: bounds[name])
    ceiling = bounds[ceiling_by]
    per_minute = max(row.last_minute, row.last_ten_minutes / 10)
    refill = UNKNOWN_REFILL_SECONDS if row.refill_seconds is None else row.refill_seconds
    floor = min(settings.demo_pool_size, ceiling)
    return PoolTarget(
        account_type=row.account_type,
        version=row.version,
        data_on=row.data_on,
        ready=row.ready,
        outdated=row.outdated,
        cloning=row.cloning,
        leased=row.leased,
        leaving=row.leaving,
        waiting=row.waiting,
        arrivals_per_minute=per_minute,
        refill_seconds=refill,
        floor=floor,
        ceiling=ceiling,
        ceiling_by=ceiling_by,
        target=max(floor, min(ceiling, wanted(per_minute / 60 * refill))),
        tenant_bytes=room.size,
    )
