"""Asks the server about a schema, with settings that decide how it prints and reads definitions."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row
from psycopg.sql import Composed

from ..errors import InvalidName, PrivilegeMissing, SourceNotFound
from ..text import MAX_NAME_BYTES, compose, ident, literal

SETTINGS = {
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "quote_all_identifiers": "off",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "array_nulls": "on",
    "xmloption": "content",
    "default_tablespace": "",
    "default_table_access_method": "heap",
    "check_function_bodies": "off",
    "row_security": "off",
    "statement_timeout": "0",
    "client_min_messages": "warning",
    "synchronize_seqscans": "off",
    "jit": "off",
}
"""What decides how the server prints and reads definitions: the same when compiling and running.

`row_security = off` makes a policy that would hide rows an error instead; rows keep their order
without synchronised scans; no query here is long enough for the JIT compiler to pay.
"""


CHECK_INTERVAL = "2s"
"""How often the server looks, in a long statement, whether its client still lives."""


@cache
def query(name: str) -> str:
    """Return the text of one of this package's catalog queries."""
    return files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def settings_query(path: str) -> str:
    """Return one statement that takes on `SETTINGS` and a path until the transaction ends.

    An empty path is that of the server's own names.
    """
    values = {**SETTINGS, "search_path": path or "pg_catalog, pg_temp"}
    checks = f"pg_catalog.set_config('client_connection_check_interval', '{CHECK_INTERVAL}', true)"
    calls = [
        f"pg_catalog.set_config({literal(name)}, {literal(value)}, true)"
        for name, value in values.items()
    ]
    # Only Unix servers can look whether their client is there.
    unless = "pg_catalog.version() OPERATOR(pg_catalog.~*) 'mingw|visual c'"
    return compose(
        "SELECT {calls}, CASE WHEN NOT {unless} THEN {checks} END",
        calls=", ".join(calls),
        unless=unless,
        checks=checks,
    )


def ensure_name(name: str) -> None:
    """Raise `InvalidName` unless a schema can have this name."""
    size = len(name.encode())
    if not 0 < size <= MAX_NAME_BYTES:
        raise InvalidName(
            f"schema name {name!r} has {size} bytes: Postgres takes 1 to {MAX_NAME_BYTES}"
        )
    if "\0" in name:
        raise InvalidName(f"schema name {name!r} holds a NUL, which Postgres cannot store")
    if name.startswith("pg_") or name == "information_schema":
        raise InvalidName(f"schema name {name!r} is the server's own: choose another")


@contextmanager
def reading(connection: "Connection[Any]", schema: str) -> Iterator[int]:
    """Read a schema under its own name, and only the server's names in the path; gives its oid.

    The settings are undone at the end, also inside a transaction of the caller's.

    Raises:
        SourceNotFound: there is no such schema.
        PrivilegeMissing: the role may not look into it.
    """
    ensure_name(schema)
    with connection.transaction(force_rollback=True):
        connection.execute(settings_query(""))
        yield fetch_schema_oid(connection, schema)


def fetch_schema_oid(connection: "Connection[Any]", schema: str) -> int:
    """Return the oid of a schema that exists and may be used.

    Raises:
        SourceNotFound: there is no such schema.
        PrivilegeMissing: the role may not use it.
    """
    rows = ask(
        connection,
        "SELECT oid, has_schema_privilege(oid, 'USAGE'), quote_ident(current_user)"
        " FROM pg_catalog.pg_namespace WHERE nspname = %s",
        [schema],
    )
    if not rows:
        raise SourceNotFound(
            f"schema {schema!r} does not exist in database {connection.info.dbname!r}:"
            " check the name and the database"
        )
    row = rows[0]
    if not row[1]:
        raise PrivilegeMissing(
            f"role {row[2]} may not use schema {schema!r}."
            f" This would allow it: GRANT USAGE ON SCHEMA {ident(schema)} TO {row[2]};"
        )
    return int(row[0])


def stamp_query(schema: str) -> str:
    """Return a query for the schema's oid, the role, and a value that differs when the schema does.

    Every part of it is read by the server's own names: run it with only those in the path.
    """
    name = f"to_regnamespace({literal(ident(schema))})"
    return query("stamp").replace("%(schema)s", name)


def fetch_stamp(connection: "Connection[Any]", schema: str) -> str:
    """Return a value that differs whenever something in the schema was redefined."""
    return str(ask(connection, stamp_query(schema))[0][2])


def ask(
    connection: "Connection[Any]", text: str | Composed, parameters: Any = None
) -> list[tuple[Any, ...]]:
    """Return the rows of a query as tuples, whichever rows the caller's connection makes."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(text, parameters).fetchall()


def array(values: Iterable[int | str]) -> str:
    """Return oids, or names of catalogs, as an array's text: lists of thousands are sent faster."""
    return f"{{{','.join(map(str, values))}}}"
