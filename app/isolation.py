"""One role a tenant: what it may touch, and the key without which its tables look empty.

A tenant's role has rights on its own schema only, those that the template gives to `GUEST`. Its
name is a digest of the tenant's key, and every table has a policy that shows rows to whoever has
set that key: the web's login may take on any tenant's role, but sees nothing without its key. The
keys are derived from a secret of the web's and are not in the database.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection, errors, sql

GUEST = "masa_madre_guest"
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

_TABLES = """
SELECT c.relname FROM pg_catalog.pg_class AS c
 WHERE c.relnamespace = quote_ident(%s)::regnamespace AND c.relkind IN ('r', 'p')
   AND c.relname <> ALL (%s)
 ORDER BY c.relname
"""
_VIEWS = """
SELECT c.relname FROM pg_catalog.pg_class AS c
 WHERE c.relnamespace = quote_ident(%s)::regnamespace AND c.relkind = 'v' ORDER BY c.relname
"""
_OWN_SEQUENCES = """
SELECT c.relname FROM pg_catalog.pg_class AS c
 WHERE c.relnamespace = quote_ident(%s)::regnamespace AND c.relkind = 'S'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
 ORDER BY c.relname
"""
_GIVEN = """
SELECT kind, privileges, array_agg(relname ORDER BY relname)
  FROM (SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.relname,
               string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS privileges
          FROM pg_catalog.pg_class AS c, aclexplode(c.relacl) AS a
         WHERE c.relnamespace = quote_ident(%s)::regnamespace
           AND a.grantee = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = %s)
         GROUP BY c.relkind, c.relname) AS given
 GROUP BY kind, privileges
"""
_LOGIN = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = %s"


def ensure_guest(connection: "Connection[Any]") -> None:
    """Make the role that stands for tenants in templates, once a cluster."""
    _ensure_role(connection, GUEST)


def open_template(
    connection: "Connection[Any]",
    schema: str,
    *,
    deletable: Sequence[str] = (),
    hidden: Sequence[str] = ("alembic_version",),
) -> None:
    """Say what tenants may do with the tables of a template: read, insert, update.

    `deletable` names the tables whose rows they may delete besides, `hidden` those that they may
    not even read. Every table gets the policy that asks for the key.
    """
    ensure_guest(connection)
    guest = sql.Identifier(GUEST)
    for (table,) in connection.execute(_TABLES, [schema, list(hidden)]).fetchall():
        name = sql.Identifier(schema, table)
        rights = "SELECT, INSERT, UPDATE" + (", DELETE" if table in deletable else "")
        connection.execute(
            sql.SQL(
                "GRANT {rights} ON {name} TO {guest};"
                "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
                "CREATE POLICY has_key ON {name} USING {has_key}"
            ).format(rights=sql.SQL(rights), name=name, guest=guest, has_key=_HAS_KEY)
        )
    for (view,) in connection.execute(_VIEWS, [schema]).fetchall():
        name = sql.Identifier(schema, view)
        # Else a view reads with its owner's rights, whom no policy holds back.
        connection.execute(
            sql.SQL(
                "ALTER VIEW {name} SET (security_invoker = true); GRANT SELECT ON {name} TO {guest}"
            ).format(name=name, guest=guest)
        )
    for (sequence,) in connection.execute(_OWN_SEQUENCES, [schema]).fetchall():
        name = sql.Identifier(schema, sequence)
        connection.execute(
            sql.SQL("GRANT USAGE ON SEQUENCE {name} TO {guest}").format(name=name, guest=guest)
        )


def ensure_tenant_role(connection: "Connection[Any]", schema: str, role: str, login: str) -> None:
    """Make a tenant's role with the rights that the template gave to `GUEST`.

    `login` may take the role on but does not inherit from it. All of it or nothing; once done,
    doing it again changes nothing.
    """
    name = sql.Identifier(role)
    with connection.transaction():
        _ensure_role(connection, role)
        script = [
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), name),
            *(
                sql.SQL("GRANT {} ON {} {} TO {}").format(
                    sql.SQL(privileges),
                    sql.SQL(kind),
                    sql.SQL(", ").join(sql.Identifier(schema, item) for item in items),
                    name,
                )
                for kind, privileges, items in connection.execute(_GIVEN, [schema, GUEST])
            ),
        ]
        found = connection.execute(_LOGIN, [login]).fetchone()
        if found is not None and not found[0]:
            # Before 16 memberships have no options: there the login itself is NOINHERIT.
            options = " WITH INHERIT FALSE, SET TRUE" if _version(connection) >= 16 else ""
            script.append(sql.SQL("GRANT {} TO {}" + options).format(name, sql.Identifier(login)))
        connection.execute(sql.SQL("; ").join(script))


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
