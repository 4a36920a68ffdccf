"""The logins of the web server: one for the control tables, one that may only become a tenant."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql
from sqlalchemy import make_url

TEMP_FILES = "256MB"
"""Most that one backend of a tenant may spill to disk."""

CLOSED_FUNCTIONS = (
    "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared", "pg_advisory_xact_lock", "pg_advisory_xact_lock_shared",
    "pg_try_advisory_xact_lock", "pg_try_advisory_xact_lock_shared",
    "pg_cancel_backend", "pg_terminate_backend", "pg_logical_emit_message",
    "lo_create", "lo_creat", "lo_from_bytea", "lo_put", "lowrite",
)  # fmt: skip
"""What a role without any rights could still do to others: block, end, or fill the disk."""

_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p
 WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY (%s)
"""
_SELF = """
SELECT rolname, rolsuper, rolsuper OR rolcreaterole FROM pg_catalog.pg_roles
 WHERE rolname = current_user
"""
_EXCESS = """
SELECT rolsuper, rolcreaterole,
       EXISTS (SELECT FROM pg_catalog.pg_namespace AS n
                WHERE (n.nspname LIKE 'demo\\_%' OR n.nspname LIKE 'template\\_%')
                  AND has_schema_privilege(n.oid, 'USAGE'))
  FROM pg_catalog.pg_roles WHERE rolname = current_user
"""


@dataclass(frozen=True)
class Logins:
    """The URLs with which the web server connects."""

    web: str
    tenants: str


def login_of(url: str) -> str:
    """The role that a URL connects as."""
    return make_url(url).username or ""


def make_logins(owner_url: str, secret: str) -> Logins | None:
    """Make both logins, or bring them up to date, as the owner of the database.

    Returns None where the owner may not make roles, or where its server does not let them in (a
    pooler that knows its own users only).
    """
    database = make_url(owner_url).database or "postgres"
    web, tenants = f"{database[:40]}_web", f"{database[:40]}_tenants"
    logins = Logins(_as(owner_url, web, secret), _as(owner_url, tenants, secret))
    try:
        with psycopg.connect(owner_url) as connection:
            row = connection.execute(_SELF).fetchone()
            if row is None or not row[2]:
                return None
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('masa-madre: logins'))")
            _make(connection, database, web, logins.web)
            _make(connection, database, tenants, logins.tenants)
            _close_database(connection, database)
            _open_control(connection, web)
            if row[1]:
                _close_functions(connection, web)
                _limit_files(connection, tenants)
            else:
                _let_owner_end(connection, tenants)
        for url in (logins.web, logins.tenants):
            psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error:
        return None
    return logins


def excess_rights(connection: "Connection[Any]") -> str | None:
    """What is wrong with the login of tenant transactions, as a sentence; None when nothing is."""
    row = connection.execute(_EXCESS).fetchone()
    assert row is not None, "a role that is connected exists"
    if row[0]:
        return "it is a superuser: hostile SQL could leave its tenant and read everything"
    if row[1]:
        return "it may make roles: hostile SQL could leave its tenant"
    if row[2]:
        return "it has rights of its own on tenant schemas: hostile SQL could leave its tenant"
    return None


def _as(url: str, role: str, secret: str) -> str:
    password = hmac.new(secret.encode(), f"login {role}".encode(), hashlib.sha256).hexdigest()
    changed = make_url(url).set(username=role, password=password)
    return changed.render_as_string(hide_password=False)


def _make(connection: "Connection[Any]", database: str, role: str, url: str) -> None:
    known = connection.execute("SELECT to_regrole(quote_ident(%s))", [role]).fetchone()
    verb = sql.SQL("CREATE" if known == (None,) else "ALTER")
    statement = sql.SQL("{} ROLE {} LOGIN NOINHERIT PASSWORD {}")
    name = sql.Identifier(role)
    connection.execute(statement.format(verb, name, sql.Literal(make_url(url).password)))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), name)
    )


def _close_database(connection: "Connection[Any]", database: str) -> None:
    """Take from everybody what Postgres gives to everybody, where the owner may."""
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE TEMPORARY, CREATE ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(
        "DO $$ BEGIN REVOKE ALL ON SCHEMA public FROM PUBLIC;"
        " EXCEPTION WHEN insufficient_privilege OR invalid_schema_name THEN NULL; END $$"
    )


def _open_control(connection: "Connection[Any]", web: str) -> None:
    if connection.execute("SELECT to_regnamespace('control')").fetchone() == (None,):
        return
    connection.execute(
        sql.SQL(
            "GRANT USAGE ON SCHEMA control TO {web};"
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA control TO {web};"
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA control TO {web};"
            "ALTER DEFAULT PRIVILEGES IN SCHEMA control"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {web};"
            "ALTER DEFAULT PRIVILEGES IN SCHEMA control GRANT USAGE ON SEQUENCES TO {web}"
        ).format(web=sql.Identifier(web))
    )


def _close_functions(connection: "Connection[Any]", web: str) -> None:
    """The session service takes advisory locks; tenants have no use for any of these."""
    rows = connection.execute(_FUNCTIONS, [list(CLOSED_FUNCTIONS)]).fetchall()
    for (signature,) in rows:
        function = sql.SQL(signature)
        connection.execute(sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(function))
        if "advisory" in signature:
            connection.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(function, sql.Identifier(web))
            )


def _limit_files(connection: "Connection[Any]", tenants: str) -> None:
    connection.execute(
        sql.SQL("ALTER ROLE {} SET temp_file_limit = {}").format(
            sql.Identifier(tenants), sql.Literal(TEMP_FILES)
        )
    )


def _let_owner_end(connection: "Connection[Any]", tenants: str) -> None:
    """Who ends another's transaction must have his rights; this login has none of its own."""
    # Before 16 a membership has no options, and inheriting is what a role does.
    options = " WITH INHERIT TRUE, SET FALSE" if connection.info.server_version >= 160000 else ""
    statement = sql.SQL("GRANT {} TO CURRENT_USER" + options)
    connection.execute(statement.format(sql.Identifier(tenants)))
