"""What the tables of a source and its clone look like, as far as restoring rows needs to know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from typing import Any, TypeVar

from psycopg import Connection, sql
from psycopg.rows import class_row

from .errors import DefinitionsDiffer

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class ColumnMetadata:
    """A column of the clone.

    `cast_type` is the clone's own type of the column, which a value of the source reaches through
    its text; None where both schemas share the type. `has_server_equality` tells that the server's
    own `=` compares it, so that an index can find it.
    """

    table_name: str
    name: str
    is_generated: bool
    is_always_identity: bool
    cast_type: str | None
    has_server_equality: bool

    def of(self, alias: str) -> sql.Composable:
        """The column of the row with this alias."""
        return sql.Identifier(alias, self.name)

    def value(self, alias: str) -> sql.Composable:
        """The source's value as the clone's type.

        A type with casts of its own might be turned into some other text; `format` uses no cast.
        """
        if self.cast_type is None:
            return self.of(alias)
        return sql.SQL(
            "(CASE WHEN {value} IS DISTINCT FROM NULL THEN pg_catalog.format('%s', {value}) END)"
            "::{type}"
        ).format(value=self.of(alias), type=sql.SQL(self.cast_type))  # the server quoted it

    def equals(self, one: str, other: str) -> sql.Composable:
        """The condition that two rows have equal values in this column."""
        if self.has_server_equality:
            return sql.SQL("{} OPERATOR(pg_catalog.=) {}").format(self.of(one), self.of(other))
        return same_text([self], one, other)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation as the catalog has it: the columns of `relations.sql`.

    The server has quoted `qualified`, its name with the schema's.
    """

    schema: str
    name: str
    qualified: str
    kind: str
    root: str
    is_populated: bool
    created_by: str
    columns: list[str]


@dataclass(frozen=True, slots=True)
class TableDetails:
    """What is read only of the tables that differ: the columns of `tables.sql`."""

    name: str
    key: list[str]
    triggers: list[str]
    trigger_states: list[str]
    rules: list[str]
    rule_states: list[str]


@dataclass(frozen=True, slots=True)
class ForeignKeyEdge:
    """A foreign key between two partition trees; `has_action` when it writes into the child."""

    child: str
    parent: str
    has_action: bool


@dataclass(frozen=True)
class TableMetadata:
    """A table of the clone that holds rows: an ordinary one, a child or a partition.

    `details` and `columns` are there once `read_details` has read them.
    """

    relation: Relation
    source: Relation
    details: TableDetails | None = None
    columns: tuple[ColumnMetadata, ...] = ()

    @property
    def name(self) -> str:
        """The table's name, the same in both schemas."""
        return self.relation.name

    @cached_property
    def stored(self) -> list[ColumnMetadata]:
        """The columns that can be written."""
        return [column for column in self.columns if not column.is_generated]

    @cached_property
    def key(self) -> list[ColumnMetadata]:
        """The columns that tell one row from the others; none where the table has no key."""
        assert self.details is not None, "its details were read"
        by_name = {column.name: column for column in self.columns}
        return [by_name[name] for name in self.details.key]

    @cached_property
    def fixed(self) -> list[ColumnMetadata]:
        """The columns that an UPDATE leaves alone: the key, and what only the server may write."""
        return self.key + [c for c in self.stored if c.is_always_identity and c not in self.key]

    @cached_property
    def changeable(self) -> list[ColumnMetadata]:
        """The columns that an UPDATE brings back."""
        return [column for column in self.stored if column not in self.fixed]


@dataclass(frozen=True)
class SchemaMetadata:
    """The two schemas: `tables` with a foreign key's parent before its child.

    Sequences and materialised views come in pairs, the clone's and the source's.
    """

    tables: tuple[TableMetadata, ...]
    partitioned: tuple[str, ...]
    sequences: tuple[tuple[Relation, Relation], ...]
    views: tuple[tuple[Relation, Relation], ...]
    edges: tuple[ForeignKeyEdge, ...] = field(default=())

    @property
    def lockable(self) -> list[str]:
        """The tables that a LOCK names."""
        return sorted([table.name for table in self.tables] + list(self.partitioned))

    def reached_from(self, tables: Iterable[TableMetadata]) -> list[TableMetadata]:
        """The tables and all those that foreign keys' actions on them write into."""
        roots = {table.relation.root for table in tables}
        children = [(edge.parent, edge.child) for edge in self.edges if edge.has_action]
        while more := {child for parent, child in children if parent in roots} - roots:
            roots |= more
        return [table for table in self.tables if table.relation.root in roots]


def use_path(connection: "Connection[Any]", *schemas: str) -> None:
    """Look names up among the server's own and then in these schemas, until the transaction ends.

    A clone is in the path for the bodies of functions that a check, an index or a generated column
    calls; its source behind it, for those of an extension there.
    """
    names = [sql.Identifier(schema).as_string() for schema in schemas]
    path = ", ".join(["pg_catalog", *names, "pg_temp"])
    connection.execute("SELECT pg_catalog.set_config('search_path', %s, true)", [path])


@cache
def query(name: str) -> str:
    """The text of one of this package's queries."""
    return files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def fetch_all(
    connection: "Connection[Any]", record: type[Record], name: str, **parameters: Any
) -> list[Record]:
    """Run one of this package's queries; its rows as records."""
    with connection.cursor(row_factory=class_row(record)) as cursor:
        return cursor.execute(query(name), parameters).fetchall()


def read_metadata(connection: "Connection[Any]", source: str, clone: str) -> SchemaMetadata:
    """Read both schemas. The search path holds only the server's own names.

    Raises:
        DefinitionsDiffer: a relation or a column is in one of them only.
    """
    both = fetch_all(connection, Relation, "relations", source=source, clone=clone)
    theirs = [relation for relation in both if relation.schema == source]
    mine = [relation for relation in both if relation.schema == clone]
    _ensure_same(source, theirs, clone, mine)
    edges = fetch_all(connection, ForeignKeyEdge, "foreign_keys", schema=clone)
    places = {name: place for place, name in enumerate(_parents_first(mine, edges))}
    of_source = {relation.name: relation for relation in theirs}
    tables = [TableMetadata(r, of_source[r.name]) for r in mine if r.kind == "r"]
    return SchemaMetadata(
        tables=tuple(sorted(tables, key=lambda t: (places[t.relation.root], t.name))),
        partitioned=tuple(relation.name for relation in mine if relation.kind == "p"),
        sequences=tuple((r, of_source[r.name]) for r in mine if r.kind == "S"),
        views=tuple((r, of_source[r.name]) for r in mine if r.kind == "m"),
        edges=tuple(edges),
    )


def read_details(
    connection: "Connection[Any]", clone: str, tables: Sequence[TableMetadata]
) -> dict[str, TableMetadata]:
    """Read the rest of some tables, by name. The search path holds only the server's own names."""
    names = [table.name for table in tables]
    columns: dict[str, list[ColumnMetadata]] = {name: [] for name in names}
    for column in fetch_all(connection, ColumnMetadata, "columns", schema=clone, names=names):
        columns[column.table_name].append(column)
    found = fetch_all(connection, TableDetails, "tables", schema=clone, names=names)
    details = {item.name: item for item in found}
    return {
        table.name: replace(table, details=details[table.name], columns=tuple(columns[table.name]))
        for table in tables
    }


def _ensure_same(source: str, theirs: list[Relation], clone: str, mine: list[Relation]) -> None:
    of_source = {(r.name, r.kind): r.columns for r in theirs}
    of_clone = {(r.name, r.kind): r.columns for r in mine}
    for name, kind in sorted(of_source.keys() | of_clone.keys()):
        ours, others = of_clone.get((name, kind)), of_source.get((name, kind))
        if ours is None or others is None:
            where = source if ours is None else clone
            raise DefinitionsDiffer(
                f"{name!r} is in schema {where!r} only: {clone!r} no longer has the definitions of"
                f" {source!r}, make a new clone"
            )
        if ours != others:
            raise DefinitionsDiffer(
                f"table {name!r} has the columns {', '.join(ours)} in {clone!r} and"
                f" {', '.join(others)} in {source!r}: make a new clone"
            )


def _parents_first(relations: list[Relation], edges: list[ForeignKeyEdge]) -> list[str]:
    """The partition roots, parents first; a circle of foreign keys is cut at one of them."""
    parents: dict[str, set[str]] = {relation.root: set() for relation in relations}
    for edge in edges:
        if edge.child != edge.parent:
            parents[edge.child].add(edge.parent)
    while True:
        try:
            return list(TopologicalSorter(parents).static_order())
        except CycleError as error:
            needed, needer = error.args[1][:2]
            parents[needer].discard(needed)


def same_text(columns: list[ColumnMetadata], one: str, other: str) -> sql.Composable:
    """The condition that two rows have the same text in these columns."""
    return sql.SQL(
        '{} COLLATE pg_catalog."C" OPERATOR(pg_catalog.=) {} COLLATE pg_catalog."C"'
    ).format(row_text(columns, one), row_text(columns, other))


def row_text(columns: list[ColumnMetadata], alias: str) -> sql.Composable:
    """The columns of one row as one text, in which NULL and the empty string differ."""
    return sql.SQL("ROW({})::pg_catalog.text").format(comma([c.of(alias) for c in columns]))


def comma(items: Iterable[sql.Composable]) -> sql.Composed:
    """The items as an SQL list."""
    return sql.SQL(", ").join(items)
