"""Brings a tenant's rows back to its template's, in proportion to what was changed.

The clone was one transaction, so a row that it wrote carries that transaction's number (`xmin`),
and every row that was written since carries another. The tables are read once for the places of
those rows; only they are compared with the template's and put right. All of it is one transaction
that keeps writers out and lets readers in; when it fails, nothing has changed.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from psycopg import Connection, sql

from app.control.reset.repair import Repair, Restored, Touched, comma, restore_sequences
from app.control.reset.shape import Shape, read_shape

LOCK_TIMEOUT = "2s"
"""How long a reset waits for requests of its own session that are writing."""

CLONED_BY = """
SELECT d.xmin::text FROM pg_description AS d
 WHERE d.classoid = 'pg_namespace'::regclass AND d.objsubid = 0
   AND d.objoid = to_regnamespace(quote_ident(%s))
"""
"""The transaction that wrote the schema's mark is the one that cloned it.

Were it another, every row would count as changed, and be compared: slower, and still exact.
"""

NO_TRANSACTION = "0"


class Outdated(Exception):
    """The template is no longer the one that the tenant was cut from."""


@dataclass
class Restorer:
    """Restores tenants; remembers what it has read of each template's version."""

    _shapes: dict[tuple[str, int], Shape] = field(default_factory=dict)
    _counts: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def restore(
        self, connection: "Connection[Any]", template: str, schema: str, tenant_id: Any
    ) -> Restored:
        """Make the rows and sequences of `schema` those of `template`, in the open transaction.

        Raises:
            Outdated: the template has changed since the tenant was cut from it.
            psycopg.Error: it cannot be done in place; the caller rolls back.
        """
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
        version = _version(connection, tenant_id)
        shape = self._shape(connection, template, version)
        _lock_tables(connection, shape, template, sql.SQL("ACCESS SHARE"))
        if _version(connection, tenant_id) != version:
            raise Outdated(template)
        _lock_tables(connection, shape, schema, sql.SQL("SHARE ROW EXCLUSIVE"))
        touched = self._scan(connection, shape, template, schema, version)
        work = Repair(connection, template, schema)
        work.put_right([item for item in touched if item.differs])
        restore_sequences(connection, shape, template, schema, work.restored)
        return work.restored

    def _shape(self, connection: "Connection[Any]", template: str, version: int) -> Shape:
        with self._lock:
            known = self._shapes.get((template, version))
        if known is None:
            known = read_shape(connection, template)
            with self._lock:
                for old in [key for key in self._shapes if key[0] == template]:
                    del self._shapes[old]
                    self._counts.pop(old, None)
                self._shapes[template, version] = known
        return known

    def _scan(
        self, connection: "Connection[Any]", shape: Shape, template: str, schema: str, version: int
    ) -> list[Touched]:
        if not shape.tables:
            return []
        found = connection.execute(CLONED_BY, [schema]).fetchone()
        cloned_by = found[0] if found else NO_TRANSACTION
        counts = self._counts.get((template, version))
        if counts is None:
            counts = _count(connection, shape, template)
            self._counts[template, version] = counts
        part = sql.SQL(
            "SELECT {number}, count(*),"
            " array_agg(ctid::text) FILTER (WHERE xmin <> {cloned_by}::xid) FROM ONLY {table}"
        )
        parts = [
            part.format(
                number=sql.Literal(number),
                cloned_by=sql.Literal(cloned_by),
                table=sql.Identifier(schema, table.name),
            )
            for number, table in enumerate(shape.tables)
        ]
        rows = connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()
        return [
            Touched(shape.tables[number], count, places or [], counts[shape.tables[number].name])
            for number, count, places in sorted(rows)
        ]


def _version(connection: "Connection[Any]", tenant_id: Any) -> int:
    """The version of the template, if it is the one that the tenant was cut from."""
    row = connection.execute(
        "SELECT template.template_version FROM control.tenants AS tenant"
        " JOIN control.tenants AS template ON template.id = tenant.base_demo_tenant_id"
        " AND template.template_version = tenant.template_version"
        " AND template.revision IS NOT DISTINCT FROM tenant.revision WHERE tenant.id = %s",
        [tenant_id],
    ).fetchone()
    if row is None:
        raise Outdated(str(tenant_id))
    return int(row[0])


def _lock_tables(
    connection: "Connection[Any]", shape: Shape, schema: str, mode: sql.Composable
) -> None:
    if shape.tables:
        names = [sql.Identifier(schema, table.name) for table in shape.tables]
        only = [sql.SQL("ONLY {}").format(name) for name in names]
        connection.execute(sql.SQL("LOCK TABLE {} IN {} MODE").format(comma(only), mode))


def _count(connection: "Connection[Any]", shape: Shape, template: str) -> dict[str, int]:
    part = sql.SQL("SELECT {}, count(*) FROM ONLY {}")
    parts = [
        part.format(sql.Literal(table.name), sql.Identifier(template, table.name))
        for table in shape.tables
    ]
    return dict(connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall())
