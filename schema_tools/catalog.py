"""Reads all that a schema holds, one query a kind, as rows of plain values."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import namedtuple_row, tuple_row

from .errors import InvalidName, PrivilegeMissing, SchemaToolsError, SourceNotFound
from .extensions import Row as Row
from .extensions import owned_by_extensions, without
from .text import MAX_NAME_BYTES, ident, literal

KINDS = (
    "relations",
    "columns",
    "sequences",
    "types",
    "ranges",
    "constraints",
    "indexes",
    "functions",
    "aggregates",
    "operators",
    "operator_classes",
    "operator_members",
    "text_search",
    "collations",
    "casts",
    "triggers",
    "rules",
    "policies",
    "statistics",
    "default_privileges",
    "schema_rights",
    "members",
)

SETTINGS = {
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


@dataclass(frozen=True)
class Catalog:
    """The contents of one schema, read at one moment."""

    oid: int
    name: str
    server_version: int
    role: str
    stamp: str
    rows: dict[str, list[Row]]
    edges: list[Row]
    owned: frozenset[tuple[str, int]]
    comments: list[Row]
    owners: list[Row]
    grants: list[Row]
    outsiders: list[Row]
    labels: list[Row]

    def __getitem__(self, kind: str) -> list[Row]:
        return self.rows[kind]


@cache
def query(name: str) -> str:
    """The text of one of this package's catalog queries."""
    return files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def settings_query(schema_path: str) -> str:
    """One statement that takes on `SETTINGS` and a search path until the transaction ends.

    `schema_path` comes before the server's own names; empty, there are only those.
    """
    path = f"{schema_path}, pg_catalog, pg_temp" if schema_path else "pg_catalog, pg_temp"
    values = {**SETTINGS, "search_path": path}
    calls = [
        f"pg_catalog.set_config({literal(name)}, {literal(value)}, true)"
        for name, value in values.items()
    ]
    return "SELECT " + ", ".join(calls)


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
    """Read a schema; gives its oid. Queries see only the server's own names: see `fetch`.

    The settings are undone at the end, also inside a transaction of the caller's.

    Raises:
        SourceNotFound: there is no such schema.
        PrivilegeMissing: the role may not look into it.
    """
    ensure_name(schema)
    with connection.transaction(force_rollback=True):
        connection.execute(settings_query(""))
        yield fetch_schema_oid(connection, schema)


def fetch(
    connection: "Connection[Any]", name: str, schema: str, parameters: dict[str, Any]
) -> list[Row]:
    """Run a catalog query so that definitions are printed as the schema itself sees them.

    The query is parsed under the server's own names, for the schema may hold a `pg_class` or a
    `lower` of its own, and runs under the schema's path. A cursor keeps the two moments apart.
    """
    with connection.cursor("schema_tools", row_factory=namedtuple_row) as cursor:
        cursor.execute(query(name), parameters)
        connection.execute(_SET_PATH, [f"{ident(schema)}, pg_catalog, pg_temp"])
        rows = cursor.fetchall()
        connection.execute("SET LOCAL search_path TO pg_catalog, pg_temp")
    return rows


_SET_PATH = "SELECT pg_catalog.set_config('search_path', %s, true)"


def fetch_schema_oid(connection: "Connection[Any]", schema: str) -> int:
    """The oid of a schema that exists and may be used.

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
            f" Mend it with: GRANT USAGE ON SCHEMA {ident(schema)} TO {row[2]};"
        )
    return int(row[0])


def stamp_query(schema: str) -> str:
    """A query for the schema's oid, the role, and a value that differs whenever the schema does.

    Every part of it is read by the server's own names: run it with only those in the path.
    """
    name = f"to_regnamespace({literal(ident(schema))})"
    return query("stamp").replace("%(schema)s", name)


def fetch_stamp(connection: "Connection[Any]", schema: str) -> str:
    """A value that differs whenever something in the schema was redefined."""
    return str(ask(connection, stamp_query(schema))[0][2])


def read_catalog(connection: "Connection[Any]", schema: str) -> Catalog:
    """Read the whole schema.

    Raises:
        SourceNotFound, PrivilegeMissing, InvalidName: see `reading`.
        SchemaToolsError: the schema was redefined while it was read, several times over.
    """
    for _ in range(3):
        with reading(connection, schema) as oid:
            before = fetch_stamp(connection, schema)
            try:
                catalog = _read(connection, schema, oid, before)
            except psycopg.errors.UndefinedObject:
                continue  # something was dropped between two queries
            if fetch_stamp(connection, schema) == before:
                return catalog
    raise SchemaToolsError(
        f"schema {schema!r} changes faster than it can be read: try again when it rests"
    )


def _read(connection: "Connection[Any]", schema: str, oid: int, stamp: str) -> Catalog:
    parameters: dict[str, Any] = {"schema": oid}

    def rows_of(name: str) -> list[Row]:
        return fetch(connection, name, schema, parameters)

    rows = {kind: rows_of(kind) for kind in KINDS}
    parameters["oids"] = [row.oid for row in rows["members"]]
    parameters["classes"] = [row.class_ for row in rows["members"]]
    edges = rows_of("edges")
    owned = owned_by_extensions(rows, edges)
    return Catalog(
        oid=oid,
        name=schema,
        server_version=connection.info.server_version,
        role=str(ask(connection, "SELECT current_user::text")[0][0]),
        stamp=stamp,
        rows=without(rows, owned),
        edges=edges,
        owned=owned,
        comments=rows_of("comments"),
        owners=rows_of("owners"),
        grants=rows_of("grants"),
        outsiders=rows_of("outsiders"),
        labels=rows_of("labels"),
    )


def ask(connection: "Connection[Any]", text: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples, whatever rows the caller's connection makes."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(text, parameters).fetchall()
