"""The logins of the web server: one for the control tables, one for tenant transactions."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql
from sqlalchemy import make_url

from app.sql_blocks import load_blocks

TEMP_FILES = "256MB"
"""The most that one backend of a tenant may write to temporary files."""

CLOSED_FUNCTIONS = (
    "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared", "pg_advisory_xact_lock", "pg_advisory_xact_lock_shared",
    "pg_try_advisory_xact_lock", "pg_try_advisory_xact_lock_shared",
    "pg_cancel_backend", "pg_terminate_backend", "pg_logical_emit_message",
    "lo_create", "lo_creat", "lo_from_bytea", "lo_put", "lowrite",
)  # fmt: skip
"""Functions with which a role without rights could block or end others, or fill the disk."""

_SQL = load_blocks("app.database", "logins")
_FUNCTIONS = _SQL["functions"]
_OWN_RIGHTS = _SQL["own_rights"]
_EXCESS_RIGHTS = _SQL["excess_rights"]
_PLANTED = _SQL["planted_settings"]


@dataclass(frozen=True)
class Logins:
    """The URLs with which the web server connects."""

    web: str
    tenants: str


def login_of(url: str) -> str:
    """Return the role that a URL connects as."""
    return make_url(url).username or ""


def make_logins(owner_url: str, secret: str) -> Logins | None:
    """Create both logins, or bring them up to date, as the owner of the database.

    Return None where the owner may not create roles, or where the server refuses the new logins,
    as a pooler with a list of users does.
    """
    database = make_url(owner_url).database or "postgres"
    web, tenants = f"{database[:40]}_web", f"{database[:40]}_tenants"
    logins = Logins(_as(owner_url, web, secret), _as(owner_url, tenants, secret))
    try:
        with psycopg.connect(owner_url) as connection:
            row = connection.execute(_OWN_RIGHTS).fetchone()
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
    """Return what the login of tenant transactions may do too much, as a sentence, or None."""
    row = connection.execute(_EXCESS_RIGHTS).fetchone()
    assert row is not None, "a role that is connected exists"
    if row[0]:
        return "it is a superuser: hostile SQL could leave its tenant and read everything"
    if row[1]:
        return "it may make roles: hostile SQL could leave its tenant"
    if row[2]:
        return "it has rights of its own on tenant schemas: hostile SQL could leave its tenant"
    planted = find_planted_settings(connection, connection.info.user)
    if planted:
        names = ", ".join(name for name, _ in planted)
        return f"it has settings that hostile SQL could have made ({names}): cleanup removes them"
    return None


def find_planted_settings(
    connection: "Connection[Any]", login: str
) -> list[tuple[str, str | None]]:
    """Return the settings that a login could have made for itself, with their database or None."""
    return connection.execute(_PLANTED, [login]).fetchall()


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
    """Revoke what Postgres grants to PUBLIC, where the owner may."""
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
    """Take these functions from PUBLIC; the session service keeps the advisory locks."""
    # Functions and triggers that exist go on working; what goes is DO, which can commit in a loop.
    connection.execute("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC")
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
    """Let the owner end backends of this login, for which it must be a member of it."""
    # Before 16 a membership has no options, and a role inherits by default.
    options = " WITH INHERIT TRUE, SET FALSE" if connection.info.server_version >= 160000 else ""
    statement = sql.SQL("GRANT {} TO CURRENT_USER" + options)
    connection.execute(statement.format(sql.Identifier(tenants)))
