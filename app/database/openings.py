"""Tells whether a schema can be opened as its tenant would, and opens it again.

A dump that is restored without roles has lost the roles of tenants and all rights. The rows and the
policies are there, and role and key follow from the secret, so that both can be made again.
"""

from typing import Any

import psycopg
from psycopg import Connection, sql

from app.database.isolation import (
    KEY_SETTING,
    TenantRole,
    ensure_tenant_role,
    open_template,
    roles_of,
    tenant_role,
)
from app.demo import TenantTables
from app.sql_blocks import load_blocks

CONNECT_SECONDS = 5

_SQL = load_blocks("app.database", "tenants")
_READABLE = _SQL["readable_table"]
_TRY = _SQL["try"]
_IS_MIGRATED_HERE = "SELECT to_regclass(quote_ident(%s) || '.alembic_version') IS NOT NULL"


def read_one_table(connection: "Connection[Any]") -> str | None:
    """Read a table in a tenant's transaction. Return why there is none to be read, or None.

    Raises:
        psycopg.Error: it cannot be read.
    """
    row = connection.execute(_READABLE).fetchone()
    if row is None:
        return "its role may read no table"
    connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(row[0])))
    return None


def why_closed(tenants_url: str, schema: str, role: TenantRole) -> str | None:
    """Open a schema with the tenants' login, as a request does. Return why that fails, or None.

    Raises:
        psycopg.OperationalError: it could not be tried: no connection, or a lock that others have.
    """
    path = sql.SQL("{}, pg_temp").format(sql.Identifier(schema)).as_string(None)
    values = {"path": path, "setting": KEY_SETTING, "key": role.key, "role": role.name}
    try:
        with psycopg.connect(tenants_url, connect_timeout=CONNECT_SECONDS) as connection:
            connection.execute(_TRY, values)
            return read_one_table(connection)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        return first_line(error)


def open_again(
    connection: "Connection[Any]",
    schema: str,
    role: TenantRole,
    login: str,
    tables: TenantTables,
) -> None:
    """Give a tenant's role its rights again, as a clone would have them.

    What a schema of another tree of migrations gave to tenants is not known: it gets no rights.

    Raises:
        psycopg.Error: the owner may not do that.
    """
    if is_migrated_here(connection, schema, tables):
        open_template(connection, schema, deletable=tables.may_delete)
    ensure_tenant_role(connection, schema, role.name, login)


def is_migrated_here(connection: "Connection[Any]", schema: str, tables: TenantTables) -> bool:
    """Return True if the demo's own migrations made the schema's tables."""
    if tables.migrations is None:
        return False
    row = connection.execute(_IS_MIGRATED_HERE, [schema]).fetchone()
    return row is not None and bool(row[0])


def find_role(
    connection: "Connection[Any]", schema: str, secrets: tuple[str, ...], tenant_id: Any
) -> TenantRole | None:
    """Return the role that opens a tenant's schema, or should; None if its secret was dropped."""
    roles = {role.name: role for role in (tenant_role(item, tenant_id) for item in secrets)}
    held = roles_of(connection, schema)
    if not held:  # the rights are lost, whatever the secret was
        return tenant_role(secrets[0], tenant_id)
    return next((roles[name] for name in held if name in roles), None)


def first_line(error: BaseException) -> str:
    """Return an error in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
