"""Connections on both sides of a transfer: further ones like a caller's, and their settings."""

from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import Connection, pq

from ..catalog.reading import ask, settings_query
from ..errors import SchemaToolsError
from ..plan import ClonePlan
from ..text import ident

_PATIENT = """
SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings
 WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
"""
"""One side waits in its transaction while the other works."""


@cache
def transfer_query(name: str) -> str:
    """Return the text of one of this package's queries."""
    return files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def another(connection: "Connection[Any]") -> "Connection[Any]":
    """Open a further connection to the same database, as the same login."""
    info = connection.info
    return psycopg.connect(
        info.dsn, password=info.password or None, autocommit=True, prepare_threshold=None
    )


def ensure_idle(connection: "Connection[Any]") -> None:
    """Raise unless the connection is in no transaction."""
    if connection.info.transaction_status not in (
        pq.TransactionStatus.IDLE,
        pq.TransactionStatus.UNKNOWN,
    ):
        raise SchemaToolsError("the connection is in a transaction: commit or roll back first")


def take_on(connection: "Connection[Any]", role: str, path: str) -> None:
    """Work as this role with this search path, and the same settings on both sides.

    The role is the plan's: what statements make belongs to the one that runs them.
    """
    ((current,),) = ask(connection, "SELECT current_user::text")
    if current != role:
        connection.execute(f"SET LOCAL ROLE {ident(role)}".encode())
    for query in (settings_query(path), _PATIENT):
        connection.execute(query.encode())


def path_for(plan: ClonePlan, target: str, extension_schema: str) -> str:
    """Return the search path of a run; see `execution.executor` for why it is this."""
    if plan.by_path:
        return f"{ident(target)}, pg_catalog, pg_temp"
    behind = f", {ident(extension_schema)}" if plan.extensions else ""
    return f"pg_catalog, {ident(target)}{behind}, pg_temp"
