"""One role a tenant: what it may touch, and the key without which its tables look empty.

A tenant's role has rights on its own schema only, those that the template gives to
`TENANT_PLACEHOLDER_ROLE`. Its
name is a digest of the tenant's key, and every table has a policy that shows rows to whoever has
set that key: the web's login may take on any tenant's role, but sees nothing without its key. The
keys are derived from a secret of the web's and are not in the database.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection, errors, sql

TENANT_PLACEHOLDER_ROLE = "masa_madre_guest"
"""Stands for the tenant in a template's ACL. Nobody is a member of it, nobody logs in as it."""

KEY_SETTING = "masa_madre.key"
VERSION = "1"
"""Of what this module does to a template: another one means that templates are made anew."""

_PREFIX = "mm_"
_DIGEST_LENGTH = 40  # 160 bits; a role's name may have 63 characters


@dataclass(frozen=True, slots=True)
class TenantRole:
    """A tenant's role, and the key that opens its tables."""

    name: str
    key: str = field(repr=False)


def tenant_role(secret: str, tenant_id: UUID) -> TenantRole:
    """The role of a tenant under a secret; the same for ever, and nobody else's."""
    key = hmac.new(secret.encode(), b"tenant " + tenant_id.bytes, hashlib.sha256).hexdigest()
    return TenantRole(_PREFIX + hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH], key)


_HAS_KEY = sql.SQL(
    "((SELECT current_user = {prefix} || left(encode(sha256("
    "convert_to(current_setting({setting}, true), 'UTF8')), 'hex'), {length})))"
).format(prefix=_PREFIX, setting=KEY_SETTING, length=_DIGEST_LENGTH)
# In a subquery, so that it is computed once a query and not once a row.

_RIGHTS = {"TABLE": ("SELECT", "INSERT", "UPDATE"), "VIEW": ("SELECT",), "SEQUENCE": ("USAGE",)}
_RELATIONS = """
SELECT CASE WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'S' THEN 'SEQUENCE'
            ELSE 'TABLE' END AS kind,
       c.relname,
       ARRAY(SELECT a.privilege_type FROM aclexplode(c.relacl) AS a
              WHERE a.grantee = to_regrole(quote_ident(%(guest)s))) AS given,
       CASE c.relkind
            WHEN 'S' THEN true
            WHEN 'v' THEN coalesce('security_invoker=true' = ANY (c.reloptions), false)
            ELSE c.relrowsecurity END AS is_held,
       EXISTS (SELECT FROM pg_catalog.pg_policy AS p
                WHERE p.polrelid = c.oid AND p.polname = 'has_key') AS has_policy
  FROM pg_catalog.pg_depend AS m JOIN pg_catalog.pg_class AS c ON c.oid = m.objid
 WHERE m.refclassid = 'pg_namespace'::regclass AND m.classid = 'pg_class'::regclass
   AND m.refobjid = quote_ident(%(schema)s)::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
   AND c.relname <> ALL (%(hidden)s)
   AND NOT (c.relkind = 'S' AND EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
             WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'))
 ORDER BY c.relname
"""
_GIVEN = """
SELECT kind, privileges, array_agg(relname ORDER BY relname)
  FROM (SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.relname,
               string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS privileges
          FROM pg_catalog.pg_depend AS m JOIN pg_catalog.pg_class AS c ON c.oid = m.objid,
               aclexplode(c.relacl) AS a
         WHERE m.refclassid = 'pg_namespace'::regclass AND m.classid = 'pg_class'::regclass
           AND m.refobjid = quote_ident(%(schema)s)::regnamespace
           AND a.grantee = to_regrole(quote_ident(%(guest)s))
           AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) AS has
                            WHERE has.grantee = to_regrole(quote_ident(%(role)s))
                              AND has.privilege_type = a.privilege_type)
         GROUP BY c.relkind, c.relname) AS given
 GROUP BY kind, privileges
"""
"""What the guest may do and a role may not yet.

Both find a schema's relations by what depends on it: pg_class has no index by schema, and holds
those of all tenants.
"""

_ROLES = """
SELECT r.rolname FROM pg_catalog.pg_namespace AS n, aclexplode(n.nspacl) AS a
  JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
 WHERE n.nspname = %s AND a.privilege_type = 'USAGE' AND r.rolname ~ %s
"""
_ROLE_NAME = f"^{_PREFIX}[0-9a-f]{{{_DIGEST_LENGTH}}}$"
_LOGIN = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = %s"


def ensure_guest(connection: "Connection[Any]") -> None:
    """Make the role that stands for tenants in templates, once a cluster."""
    _ensure_role(connection, TENANT_PLACEHOLDER_ROLE)


def open_template(
    connection: "Connection[Any]",
    schema: str,
    *,
    deletable: Sequence[str] = (),
    hidden: Sequence[str] = ("alembic_version",),
) -> bool:
    """Say what tenants may do with the tables of a template: read, insert, update.

    `deletable` names the tables whose rows they may delete besides, `hidden` those that they may
    not even read. Every table gets the policy that asks for the key. Whether anything was lacking:
    what is as it should be is not touched.
    """
    ensure_guest(connection)
    parameters = {"schema": schema, "guest": TENANT_PLACEHOLDER_ROLE, "hidden": list(hidden)}
    script: list[sql.Composable] = []
    for kind, name, given, is_held, has_policy in connection.execute(_RELATIONS, parameters):
        rights = _RIGHTS[kind] + (("DELETE",) if name in deletable else ())
        lacking = [right for right in rights if right not in given]
        script += _opening(kind, sql.Identifier(schema, name), lacking, is_held, has_policy)
    if script:
        connection.execute(sql.SQL("; ").join(script))
    return bool(script)


def _opening(
    kind: str, name: sql.Identifier, rights: Sequence[str], is_held: bool, has_policy: bool
) -> Iterator[sql.Composable]:
    """The statements that one table, view or sequence lacks; those that hold it back go first."""
    if kind == "TABLE" and not is_held:
        yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name)
    if kind == "TABLE" and not has_policy:
        policy = sql.SQL("CREATE POLICY has_key ON {} USING {}")
        yield policy.format(name, _HAS_KEY)
    if kind == "VIEW" and not is_held:
        # Else a view reads with its owner's rights, whom no policy holds back.
        yield sql.SQL("ALTER VIEW {} SET (security_invoker = true)").format(name)
    if rights:
        on = sql.SQL("SEQUENCE" if kind == "SEQUENCE" else "TABLE")
        yield _grant(", ".join(rights), on, [name], TENANT_PLACEHOLDER_ROLE)


def ensure_tenant_role(connection: "Connection[Any]", schema: str, role: str, login: str) -> None:
    """Make a tenant's role with the rights that the template gave to `TENANT_PLACEHOLDER_ROLE`.

    `login` may take the role on but does not inherit from it. All of it or nothing; once done,
    doing it again changes nothing.
    """
    name = sql.Identifier(role)
    with connection.transaction():
        _ensure_role(connection, role)
        script = [
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), name),
            *_lacking(connection, schema, role),
        ]
        found = connection.execute(_LOGIN, [login]).fetchone()
        if found is not None and not found[0]:
            # Before 16 memberships have no options: there the login itself is NOINHERIT.
            options = " WITH INHERIT FALSE, SET TRUE" if _version(connection) >= 16 else ""
            script.append(sql.SQL("GRANT {} TO {}" + options).format(name, sql.Identifier(login)))
        connection.execute(sql.SQL("; ").join(script))


def ensure_tenant_rights(connection: "Connection[Any]", schema: str) -> bool:
    """Grant a tenant's role what `TENANT_PLACEHOLDER_ROLE` has and it lacks.

    A migration brings new tables.

    The role is whoever may use the schema and has a name of ours. Whether anything was lacking.
    """
    script: list[sql.Composable] = []
    for role in roles_of(connection, schema):
        script += _lacking(connection, schema, role)
    if script:
        connection.execute(sql.SQL("; ").join(script))
    return bool(script)


def roles_of(connection: "Connection[Any]", schema: str) -> list[str]:
    """The tenants' roles that may use a schema, of whatever secret."""
    return [name for (name,) in connection.execute(_ROLES, [schema, _ROLE_NAME]).fetchall()]


def _lacking(connection: "Connection[Any]", schema: str, role: str) -> list[sql.Composable]:
    parameters = {"schema": schema, "guest": TENANT_PLACEHOLDER_ROLE, "role": role}
    return [
        _grant(privileges, sql.SQL(kind), [sql.Identifier(schema, item) for item in items], role)
        for kind, privileges, items in connection.execute(_GIVEN, parameters).fetchall()
    ]


def _grant(
    privileges: str, kind: sql.SQL, names: Sequence[sql.Identifier], role: str
) -> sql.Composable:
    return sql.SQL("GRANT {} ON {} {} TO {}").format(
        sql.SQL(privileges), kind, sql.SQL(", ").join(names), sql.Identifier(role)
    )


def drop_tenant_role(connection: "Connection[Any]", role: str) -> None:
    """Drop a tenant's role; its schema has to be gone. Without such a role nothing happens."""
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _ensure_role(connection: "Connection[Any]", name: str) -> None:
    with connection.transaction():
        if connection.execute("SELECT to_regrole(quote_ident(%s))", [name]).fetchone() != (None,):
            return
        try:
            with connection.transaction():
                connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
        except (errors.DuplicateObject, errors.UniqueViolation):
            return  # somebody made it in the same moment


def _version(connection: "Connection[Any]") -> int:
    return connection.info.server_version // 10000
