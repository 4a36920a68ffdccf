"""What was acknowledged is there once, and nothing else has changed in any tenant."""

import psycopg
from psycopg import sql

from schema_tools import verify
from tests.chaos.checkers.model import Checker, Scene
from tests.chaos.history import Outcome, Visit

WRITTEN = (
    "sales", "sale_lines", "orders", "order_", "stock_movements", "stock_lots", "product_stock",
    "stored_answers", "document_series", "till_sessions", "ticket_", "procurement_runs",
    "purchase_order",
)  # fmt: skip
"""How tables and sequences that visitors write to begin; all else equals the template's."""

OWN_RIGHTS = ("grant", "schema right")
"""Kinds of differences: a tenant's own role may use it, and not its template."""

LOOKED_AT = 2
"""Sessions, and tenants of the pool, that are compared with their template row by row."""

OPEN = """
SELECT s.session_id, s.status::text, t.schema_name, base.schema_name,
       s.metadata ->> 'ended_by', s.expires_at > now() + interval '20 seconds'
           AND t.template_version = base.template_version
  FROM control.demo_sessions AS s
  LEFT JOIN control.tenants AS t ON t.id = s.virtual_tenant_id
  LEFT JOIN control.tenants AS base ON base.id = t.base_demo_tenant_id
"""
"""The last column: whether it lives, and its template is still what it was cloned from."""
ADDED = sql.SQL("SELECT id::text FROM {} EXCEPT ALL SELECT id::text FROM {}")
TABLES = {"sale": "sales", "order": "orders"}
READY = """
SELECT t.schema_name, base.schema_name FROM control.tenants AS t
  JOIN control.tenants AS base ON base.id = t.base_demo_tenant_id
 WHERE t.state = 'ready' AND t.is_demo ORDER BY t.ready_at LIMIT %s
"""


def acknowledged_once(scene: Scene) -> list[str]:
    """Compare what each visitor was told with the rows of their schema."""
    found = []
    with scene.stack.database() as database:
        rows = {str(row[0]): row[1:] for row in database.execute(OPEN)}
        for visit in scene.history.open_visits():
            row = rows.get(visit.session_id)
            if row is None:
                found.append(f"session {visit.tenant} was acknowledged and is not there")
            elif row[0] == "active" and row[4] and not visit.unclear:
                found += _of_visit(database, visit, str(row[1]), str(row[2]))
            elif row[0] in ("destroyed", "expired") and row[3] not in ("clock", "idle", "visitor"):
                found.append(f"session {visit.tenant} ended by {row[3]}, which was not asked for")
    return found


def _of_visit(
    database: "psycopg.Connection[tuple[object, ...]]", visit: Visit, schema: str, template: str
) -> list[str]:
    found = []
    for kind, table in TABLES.items():
        pair = sql.Identifier(schema, table), sql.Identifier(template, table)
        there = [str(row[0]) for row in database.execute(ADDED.format(*pair))]
        found += _compare(visit, kind, there)
    reasons = sql.SQL("SELECT id::text FROM {} WHERE reason = %s")
    table = sql.Identifier(schema, "stock_movements")
    there = [str(row[0]) for row in database.execute(reasons.format(table), [visit.canary])]
    return found + _compare(visit, "adjustment", there)


def _compare(visit: Visit, kind: str, there: list[str]) -> list[str]:
    ours = [write for write in visit.writes if write.kind == kind]
    done = [write for write in ours if write.outcome is Outcome.DONE]
    unknown = [write for write in ours if write.outcome is Outcome.UNKNOWN]
    where = f"{kind}s of {visit.schema}"
    lost = [write.answer for write in done if write.answer and write.answer not in there]
    found = [f"{where}: {answer} was acknowledged and is lost" for answer in lost]
    if not len(done) <= len(there) <= len(done) + len(unknown):
        told = f"{len(done)} acknowledged, {len(unknown)} unknown"
        found.append(f"{where}: {len(there)} are there, {told}")
    return found


def untouched(scene: Scene) -> list[str]:
    """Compare tenants with their templates, table by table and row by row."""
    found = []
    with scene.stack.database() as database:
        for schema, template in database.execute(READY, [LOOKED_AT]).fetchall():
            differences = verify(database, str(template), str(schema))
            found += [
                f"{schema} is ready and differs: {each}"
                for each in differences
                if not each.kind.startswith(OWN_RIGHTS)
            ]
        rows = {str(row[0]): row for row in database.execute(OPEN)}
        visits = [visit for visit in scene.history.open_visits() if visit.session_id in rows]
        for visit in visits[-LOOKED_AT:]:
            _, status, schema, template, _, lives = rows[visit.session_id]
            if status == "active" and lives:
                differences = verify(database, str(template), str(schema))
                found += [
                    f"{schema} differs: {each}"
                    for each in differences
                    if not each.kind.startswith(OWN_RIGHTS)
                    and (
                        each.kind not in ("table", "sequence")
                        or not each.identity.strip('"').startswith(WRITTEN)
                    )
                ]
    return found


CHECKERS = (
    Checker(
        "writes",
        "What was answered 2xx is there, exactly once, while the session lives.",
        acknowledged_once,
    ),
    Checker(
        "copies",
        "A tenant of the pool equals its template, and a session does in the tables that visitors"
        " do not write to (two of each are compared).",
        untouched,
        settles=False,
    ),
)
