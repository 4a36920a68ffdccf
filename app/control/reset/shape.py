"""What a template's tables look like, as far as bringing a tenant's rows back needs to know."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from psycopg import Connection, sql

TABLES = """
SELECT c.relname AS name,
       ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS part(number, place)
               JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = part.number
              ORDER BY part.place)::text[] AS key,
       ARRAY(SELECT r.relname FROM pg_constraint AS f JOIN pg_class AS r ON r.oid = f.confrelid
              WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid
                AND r.relnamespace = c.relnamespace)::text[] AS parents,
       ARRAY(SELECT t.tgname FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
                AND t.tgenabled IN ('O', 'A') ORDER BY t.tgname)::text[] AS triggers,
       ARRAY(SELECT t.tgname FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
                AND t.tgenabled = 'A' ORDER BY t.tgname)::text[] AS always
  FROM pg_class AS c
  LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p'
 WHERE c.relnamespace = to_regnamespace(quote_ident(%s)) AND c.relkind = 'r'
 ORDER BY c.relname
"""

COLUMNS = """
SELECT c.relname AS table_name, a.attname AS name,
       a.attgenerated <> '' AS is_generated, a.attidentity = 'a' AS is_always,
       CASE WHEN e.typnamespace = c.relnamespace THEN e.typname
            WHEN t.typnamespace = c.relnamespace THEN t.typname END AS own_type,
       e.oid IS NOT NULL AS is_array
  FROM pg_class AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_type AS e
    ON e.oid = t.typelem AND t.typsubscript = 'array_subscript_handler'::regproc
 WHERE c.relnamespace = to_regnamespace(quote_ident(%s)) AND c.relkind = 'r'
 ORDER BY c.relname, a.attnum
"""

SEQUENCES = """
SELECT relname FROM pg_class
 WHERE relnamespace = to_regnamespace(quote_ident(%s)) AND relkind = 'S' ORDER BY relname
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `own_type` is the name of its type (or its element's) when the schema has it."""

    name: str
    is_generated: bool
    is_always: bool
    own_type: str | None
    is_array: bool

    def of(self, alias: str) -> sql.Composable:
        """The column of the row that is called so."""
        return sql.Identifier(alias, self.name)

    def value(self, alias: str, schema: str) -> sql.Composable:
        """Its value as the type that it has in another schema: through its text."""
        if self.own_type is None:
            return self.of(alias)
        kind = sql.Identifier(schema, self.own_type) + sql.SQL("[]" if self.is_array else "")
        return sql.SQL("{}::text::{}").format(self.of(alias), kind)


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `triggers` are the enabled ones of its owner, `always` those that always fire."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    triggers: tuple[str, ...]
    always: frozenset[str]

    @property
    def stored(self) -> list[Column]:
        """The columns that can be written."""
        return [column for column in self.columns if not column.is_generated]

    def same_key(self, mine: str, theirs: str) -> sql.Composable:
        """That two rows have the same primary key."""
        by_name = {column.name: column for column in self.columns}
        pairs = []
        for name in self.key:
            column = by_name[name]
            text = sql.SQL("::text" if column.own_type else "")
            pairs.append(
                sql.SQL("{} = {}").format(column.of(mine) + text, column.of(theirs) + text)
            )
        return sql.SQL(" AND ").join(pairs)


@dataclass(frozen=True, slots=True)
class Shape:
    """The tables, each after those that it refers to, and the sequences."""

    tables: tuple[Table, ...]
    sequences: tuple[str, ...]


def read_shape(connection: "Connection[Any]", schema: str) -> Shape:
    """Read a schema from the catalog. Partitions and children are tables like others."""
    columns: dict[str, list[Column]] = {}
    for table, *column in connection.execute(COLUMNS, [schema]):
        columns.setdefault(table, []).append(Column(*column))
    tables, parents = {}, {}
    for name, key, refers_to, triggers, always in connection.execute(TABLES, [schema]):
        own = tuple(columns.get(name, ()))
        tables[name] = Table(name, tuple(key), own, tuple(triggers), frozenset(always))
        parents[name] = [parent for parent in refers_to if parent != name]
    sequences = tuple(row[0] for row in connection.execute(SEQUENCES, [schema]))
    return Shape(tuple(tables[name] for name in _in_order(parents) if name in tables), sequences)


def _in_order(parents: dict[str, list[str]]) -> list[str]:
    """Parents first; where tables refer to each other in a ring, by name."""
    try:
        return list(TopologicalSorter(parents).static_order())
    except CycleError:
        return sorted(parents)
