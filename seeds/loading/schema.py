"""Making a template's schema: the new one is built beside the old one and takes its place."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from psycopg import Connection as Driver
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Sequence, Table, text

from app.bakery.metadata import TENANT_METADATA
from app.database.isolation import open_template
from app.demo import SeedError, TenantTables
from app.migrations import upgrade_tenant
from seeds.values import Row, Tables

COMMENT = "masa-madre template"
LOCK_TIMEOUT = "20s"
"""The longest wait for clones that are reading the old template."""

_SCHEMA_EXISTS = text("SELECT to_regnamespace(quote_ident(:name)) IS NOT NULL")

CREATE = sql.SQL("CREATE SCHEMA {}")
DROP = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE")
RENAME = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
MARK = sql.SQL("COMMENT ON SCHEMA {} IS {}")
COPY = sql.SQL("COPY {} ({}) FROM STDIN")
SET_SEQUENCE = sql.SQL(
    "SELECT setval(pg_get_serial_sequence(%s, %s), greatest(max({}), %s)) FROM {}"
)
SET_LOCK_TIMEOUT = sql.SQL("SET LOCAL lock_timeout = {}")


def driver(connection: Connection) -> "Driver[Any]":
    """The psycopg connection underneath, in the same transaction."""
    found = connection.connection.driver_connection
    assert isinstance(found, Driver), "the seeds are copied through psycopg"
    return found


def tree_of(tables: TenantTables) -> Path:
    """Return the demo's tree of migrations, which makes the tables.

    Raises:
        SeedError: the demo names none.
    """
    if tables.migrations is None:
        raise SeedError("demo.toml names no tables.migrations: the seeds need the tables' tree.")
    return tables.migrations


def schema_exists(connection: Connection, name: str) -> bool:
    """Return True if a schema of this name exists."""
    return bool(connection.scalar(_SCHEMA_EXISTS, {"name": name}))


def replace_schema(
    connection: Connection,
    name: str,
    rows_by_table: Tables,
    tables: TenantTables,
    *,
    progress: Callable[[int], None] = lambda _: None,
    reserved: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Put a schema of the newest revision with these rows in the place of `name`.

    It is built under a name that no other transaction sees, and the old schema is
    dropped last: clones that read the old one wait for the drop alone, not for the whole load.
    `progress` is told how many rows are in; `reserved` are the highest identifiers that events to
    come will give, by table.
    """
    raw = driver(connection)
    building = f"seeding_{name}"
    raw.execute(CREATE.format(sql.Identifier(building)))
    upgrade_tenant(connection, building, tree_of(tables))
    done = 0
    for table in TENANT_METADATA.sorted_tables:
        rows = rows_by_table.get(table.name)
        if rows:
            _copy(raw, building, table.name, rows)
            _set_sequences(raw, building, table, reserved.get(table.name, 0))
            done += len(rows)
            progress(done)
    open_template(raw, building, deletable=tables.may_delete)
    raw.execute(SET_LOCK_TIMEOUT.format(sql.Literal(LOCK_TIMEOUT)))
    raw.execute(DROP.format(sql.Identifier(name)))
    raw.execute(RENAME.format(sql.Identifier(building), sql.Identifier(name)))
    raw.execute(MARK.format(sql.Identifier(name), sql.Literal(COMMENT)))


def _copy(raw: "Driver[Any]", schema: str, table: str, rows: list[Row]) -> None:
    columns = list(rows[0])
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = COPY.format(sql.Identifier(schema, table), names)
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for values in _values(rows, columns):
            copy.write_row(values)


def _values(rows: list[Row], columns: list[str]) -> Iterator[list[Any]]:
    for row in rows:
        values = [row[column] for column in columns]
        yield [Jsonb(value) if isinstance(value, dict) else value for value in values]


def _set_sequences(raw: "Driver[Any]", schema: str, table: Table, reserved: int) -> None:
    """Make the next row of the table get a number that the seeds have not given and will not."""
    name = sql.Identifier(schema, table.name)
    for column in table.columns:
        if column.identity is not None or isinstance(column.default, Sequence):
            statement = SET_SEQUENCE.format(sql.Identifier(column.name), name)
            least = 0 if column.identity is None else reserved
            raw.execute(statement, (name.as_string(None), column.name, least))


def analyze(connection: Connection, schema: str, tables: Tables) -> None:
    """Tell the planner what the tables hold; a clone starts from good plans."""
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
    driver(connection).execute(sql.SQL("ANALYZE {}").format(names))
