"""One role a tenant: what it may touch, and the key without which its tables look empty.

A tenant's role has rights on its own schema only, those that the template gives to
`TENANT_PLACEHOLDER_ROLE`. Its name is a digest of the tenant's key, and every table has a policy
that shows rows only while that key is set: the web's login may take on any tenant's role, but sees
nothing without its key. The keys are derived from a secret of the web server and are not in the
database.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection, errors, sql

from app.sql_blocks import load_blocks

TENANT_PLACEHOLDER_ROLE = "masa_madre_guest"
"""Stands for the tenant in a template's ACL. It has no members and cannot log in."""

KEY_SETTING = "masa_madre.key"
VERSION = "1"
"""Of what this module does to a template: another one means that templates are rebuilt."""

_PREFIX = "mm_"
_DIGEST_LENGTH = 40  # 160 bits; a role's name may have 63 characters


@dataclass(frozen=True, slots=True)
class TenantRole:
    """A tenant's role, and the key that opens its tables."""

    name: str
    key: str = field(repr=False)


def tenant_role(secret: str, tenant_id: UUID) -> TenantRole:
    """Return a tenant's role under a secret; it never changes, and no other tenant has it."""
    key = hmac.new(secret.encode(), b"tenant " + tenant_id.bytes, hashlib.sha256).hexdigest()
    return TenantRole(_PREFIX + hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH], key)


_HAS_KEY = sql.SQL(
    "((SELECT current_user = {prefix} || left(encode(sha256("
    "convert_to(current_setting({setting}, true), 'UTF8')), 'hex'), {length})))"
).format(prefix=_PREFIX, setting=KEY_SETTING, length=_DIGEST_LENGTH)
# In a subquery, so that it is computed once a query and not once a row.

_RIGHTS = {"TABLE": ("SELECT", "INSERT", "UPDATE"), "VIEW": ("SELECT",), "SEQUENCE": ("USAGE",)}
_SQL = load_blocks("app.database", "isolation")
_RELATIONS = _SQL["relations"]
_MISSING_RIGHTS = _SQL["missing_rights"]
_ROLES = _SQL["roles_of_schema"]
_LOCK_ROLE = "SELECT pg_advisory_xact_lock(hashtextextended('masa-madre drop ' || %s, 0))"
ROLE_NAME = f"^{_PREFIX}[0-9a-f]{{{_DIGEST_LENGTH}}}$"
"""A regular expression for the names of tenants' roles, under any secret."""

_LOGIN = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = %s"


def ensure_placeholder_role(connection: "Connection[Any]") -> None:
    """Create the role that stands for tenants in templates, once a cluster."""
    _ensure_role(connection, TENANT_PLACEHOLDER_ROLE)


def open_template(
    connection: "Connection[Any]",
    schema: str,
    *,
    deletable: Sequence[str] = (),
    hidden: Sequence[str] = ("alembic_version",),
) -> bool:
    """Grant tenants the right to read, insert and update in the tables of a template.

    `deletable` names the tables whose rows they may also delete, `hidden` those that they may not
    even read. Every table gets the policy that asks for the key. Return True if anything was
    missing: a relation that has its rights and policy is not touched.
    """
    ensure_placeholder_role(connection)
    parameters = {"schema": schema, "placeholder": TENANT_PLACEHOLDER_ROLE, "hidden": list(hidden)}
    script: list[sql.Composable] = []
    for kind, name, given, is_held, has_policy in connection.execute(_RELATIONS, parameters):
        rights = _RIGHTS[kind] + (("DELETE",) if name in deletable else ())
        missing = [right for right in rights if right not in given]
        script += _opening(kind, sql.Identifier(schema, name), missing, is_held, has_policy)
    if script:
        connection.execute(sql.SQL("; ").join(script))
    return bool(script)


def _opening(
    kind: str, name: sql.Identifier, rights: Sequence[str], is_held: bool, has_policy: bool
) -> Iterator[sql.Composable]:
    """Yield the statements that one relation needs; those that restrict it go first."""
    if kind == "TABLE" and not is_held:
        yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name)
    if kind == "TABLE" and not has_policy:
        policy = sql.SQL("CREATE POLICY has_key ON {} USING {}")
        yield policy.format(name, _HAS_KEY)
    if kind == "VIEW" and not is_held:
        # Without it a view reads with its owner's rights, to which no policy applies.
        yield sql.SQL("ALTER VIEW {} SET (security_invoker = true)").format(name)
    if rights:
        on = sql.SQL("SEQUENCE" if kind == "SEQUENCE" else "TABLE")
        yield _grant(", ".join(rights), on, [name], TENANT_PLACEHOLDER_ROLE)


def ensure_tenant_role(connection: "Connection[Any]", schema: str, role: str, login: str) -> None:
    """Create a tenant's role with the rights that the template gave to `TENANT_PLACEHOLDER_ROLE`.

    `login` may take the role on but does not inherit from it. All of it or nothing; once done,
    doing it again changes nothing.
    """
    name = sql.Identifier(role)
    with connection.transaction():
        _ensure_role(connection, role)
        script = [
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), name),
            *_missing(connection, schema, role),
        ]
        found = connection.execute(_LOGIN, [login]).fetchone()
        if found is not None and not found[0]:
            # Before 16 memberships have no options: there the login itself is NOINHERIT.
            options = " WITH INHERIT FALSE, SET TRUE" if _version(connection) >= 16 else ""
            script.append(sql.SQL("GRANT {} TO {}" + options).format(name, sql.Identifier(login)))
        connection.execute(sql.SQL("; ").join(script))


def ensure_tenant_rights(connection: "Connection[Any]", schema: str) -> bool:
    """Grant a tenant's role the rights that `TENANT_PLACEHOLDER_ROLE` has on new tables.

    The tenant's role is the one with a name of ours that may use the schema. Return True if any
    right was missing.
    """
    script: list[sql.Composable] = []
    for role in roles_of(connection, schema):
        script += _missing(connection, schema, role)
    if script:
        connection.execute(sql.SQL("; ").join(script))
    return bool(script)


def roles_of(connection: "Connection[Any]", schema: str) -> list[str]:
    """Return the tenants' roles that may use a schema, under any secret."""
    return [name for (name,) in connection.execute(_ROLES, [schema, ROLE_NAME]).fetchall()]


def _missing(connection: "Connection[Any]", schema: str, role: str) -> list[sql.Composable]:
    parameters = {"schema": schema, "placeholder": TENANT_PLACEHOLDER_ROLE, "role": role}
    return [
        _grant(privileges, sql.SQL(kind), [sql.Identifier(schema, item) for item in items], role)
        for kind, privileges, items in connection.execute(_MISSING_RIGHTS, parameters).fetchall()
    ]


def _grant(
    privileges: str, kind: sql.SQL, names: Sequence[sql.Identifier], role: str
) -> sql.Composable:
    return sql.SQL("GRANT {} ON {} {} TO {}").format(
        sql.SQL(privileges), kind, sql.SQL(", ").join(names), sql.Identifier(role)
    )


def drop_tenant_role(connection: "Connection[Any]", role: str) -> None:
    """Drop a tenant's role, whose schema must be dropped already; a missing role is no error."""
    with connection.transaction():
        # Of two that drop it at once, the second would fail: "could not find tuple for role".
        connection.execute(_LOCK_ROLE, [role])
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _ensure_role(connection: "Connection[Any]", name: str) -> None:
    with connection.transaction():
        if connection.execute("SELECT to_regrole(quote_ident(%s))", [name]).fetchone() != (None,):
            return
        try:
            with connection.transaction():
                connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
        except (errors.DuplicateObject, errors.UniqueViolation):
            return  # another process created it at the same moment


def _version(connection: "Connection[Any]") -> int:
    return connection.info.server_version // 10000
