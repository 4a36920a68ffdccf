"""Schemas, tenants' rows, roles and sessions belong to each other one to one; the pool is full."""

from uuid import UUID

from app.database.isolation import ROLE_NAME, tenant_role
from tests.chaos.checkers.model import Checker, Scene

UNMATCHED = """
SELECT format('schema %s has no row', n.nspname)
  FROM pg_namespace AS n WHERE n.nspname LIKE 'demo\\_%'
   AND NOT EXISTS (SELECT FROM control.tenants AS t WHERE t.schema_name = n.nspname)
UNION ALL
SELECT format('tenant %s is %s and has no schema', t.id, t.state)
  FROM control.tenants AS t WHERE t.state IN ('ready', 'leased')
   AND NOT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = t.schema_name)
UNION ALL
SELECT format('tenant %s stays %s: %s', id, state, failure)
  FROM control.tenants WHERE is_demo AND state NOT IN ('ready', 'leased')
"""
MISMATCHED = """
SELECT format('session %s is active, and its tenant is %s', s.id, t.state)
  FROM control.demo_sessions AS s LEFT JOIN control.tenants AS t ON t.id = s.virtual_tenant_id
 WHERE s.status = 'active' AND s.expires_at > now()
   AND (t.state IS DISTINCT FROM 'leased' OR t.demo_session_id IS DISTINCT FROM s.id)
UNION ALL
SELECT format('tenant %s is leased, and its session is %s', t.id, s.status)
  FROM control.tenants AS t LEFT JOIN control.demo_sessions AS s ON s.id = t.demo_session_id
 WHERE t.state = 'leased' AND t.is_demo
   AND (s.status IS DISTINCT FROM 'active' OR s.virtual_tenant_id IS DISTINCT FROM t.id)
UNION ALL
SELECT format('%s sessions have tenant %s', count(*), virtual_tenant_id)
  FROM control.demo_sessions WHERE status = 'active'
 GROUP BY virtual_tenant_id HAVING count(*) > 1
UNION ALL
SELECT format('session %s is still pending', id)
  FROM control.demo_sessions WHERE status = 'pending'
"""
FAILED = """
SELECT concat('session ', id, ' has failed: ', metadata ->> 'failure')
  FROM control.demo_sessions WHERE status = 'failed' AND session_id <> ALL(%s)
"""
POOL = """
SELECT t.schema_name || ' has ' || count(p.id) || ' ready tenants'
  FROM control.tenants AS t
  LEFT JOIN control.tenants AS p ON p.base_demo_tenant_id = t.id AND p.state = 'ready'
 WHERE t.is_demo_template AND t.state = 'ready'
 GROUP BY t.schema_name HAVING count(p.id) < %s
"""


def schemas_and_rows(scene: Scene) -> list[str]:
    """Compare schemas with tenants' rows."""
    with scene.stack.database() as database:
        return [str(row[0]) for row in database.execute(UNMATCHED)]


def roles_and_tenants(scene: Scene) -> list[str]:
    """Compare roles with tenants' rows."""
    secrets = scene.stack.environment
    secret = secrets.get("TENANT_SECRET") or secrets["JWT_SECRET"]
    with scene.stack.database() as database:
        ids = database.execute("SELECT id FROM control.tenants WHERE NOT is_demo_template")
        wanted = {tenant_role(secret, UUID(str(row[0]))).name for row in ids}
        roles = database.execute("SELECT rolname FROM pg_roles WHERE rolname ~ %s", [ROLE_NAME])
        found = {str(row[0]) for row in roles}
    return [f"role {name} has no tenant" for name in sorted(found - wanted)] + [
        f"role {name} of a tenant is missing" for name in sorted(wanted - found)
    ]


def sessions_and_tenants(scene: Scene) -> list[str]:
    """Compare sessions with leased tenants."""
    with scene.stack.database() as database:
        rows = database.execute(MISMATCHED).fetchall()
        rows += database.execute(FAILED, [scene.history.spoiled]).fetchall()
        return [str(row[0]) for row in rows]


def pool_is_full(scene: Scene) -> list[str]:
    """Count the ready tenants of each template."""
    size = int(scene.stack.settings["DEMO_POOL_SIZE"])
    with scene.stack.database() as database:
        return [str(row[0]) for row in database.execute(POOL, [size])]


CHECKERS = (
    Checker(
        "schemas", "Each schema has one tenant's row, and each row its schema.", schemas_and_rows
    ),
    Checker("roles", "Each tenant has its role, and each role its tenant.", roles_and_tenants),
    Checker(
        "sessions",
        "Each open session has a tenant of its own, and none failed whose schema is there.",
        sessions_and_tenants,
    ),
    Checker("pool", "Every template has as many ready tenants as it should.", pool_is_full),
)
