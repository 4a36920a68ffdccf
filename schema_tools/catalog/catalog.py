"""Reads all that a schema holds, one query a kind, as typed rows.

The server prints a name as the search path of the moment asks for. So the schema is renamed to a
name that can occur nowhere else, in a transaction that is rolled back, and the path is left empty:
every text of the server then names the schema's objects by that token, which a hole replaces.
Other sessions see nothing of it, and readers and writers go on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg import Connection, errors

from ..compiler.binding import Binding, bound_row, unbound
from ..compiler.draft import Key
from ..errors import SchemaToolsError
from ..mark import without_mark
from ..text import TARGET, ident, shown_name
from .extensions import borrowed_from_extensions, own
from .reading import array, ask, fetch_stamp, query, reading
from .rows import (
    Aggregate,
    Cast,
    Collation,
    Column,
    Comment,
    Configuration,
    Constraint,
    DefaultPrivilege,
    Dictionary,
    Edge,
    ExtendedStatistics,
    Function,
    Grant,
    Index,
    Label,
    Member,
    Operator,
    OperatorClass,
    OperatorFamily,
    OperatorMember,
    Outsider,
    Owner,
    Policy,
    Range,
    Relation,
    Row,
    Rule,
    SchemaRight,
    Sequence,
    Trigger,
    Type,
)

Kind = TypeVar("Kind", bound=Row)

_SET_PATH = "SELECT pg_catalog.set_config('search_path', %s, true)"


@dataclass(frozen=True)
class Catalog:
    """The contents of one schema, read at one moment.

    `borrowed` are the members that extensions own: they stay where they are, and the clone uses
    them there.
    """

    oid: int
    name: str
    binding: Binding
    server_version: int
    role: str
    stamp: str
    comment: str | None
    members: dict[Key, Member]
    borrowed: frozenset[Key]
    edges: list[Edge]
    relations: list[Relation]
    columns: list[Column]
    sequences: list[Sequence]
    types: list[Type]
    ranges: list[Range]
    constraints: list[Constraint]
    indexes: list[Index]
    functions: list[Function]
    aggregates: list[Aggregate]
    operators: list[Operator]
    operator_families: list[OperatorFamily]
    operator_classes: list[OperatorClass]
    operator_members: list[OperatorMember]
    dictionaries: list[Dictionary]
    configurations: list[Configuration]
    collations: list[Collation]
    casts: list[Cast]
    triggers: list[Trigger]
    rules: list[Rule]
    policies: list[Policy]
    statistics: list[ExtendedStatistics]
    default_privileges: list[DefaultPrivilege]
    schema_rights: list[SchemaRight]
    comments: list[Comment]
    owners: list[Owner]
    grants: list[Grant]
    outsiders: list[Outsider]
    labels: list[Label]

    @property
    def own_schema(self) -> str:
        """The schema's name as the rows have it."""
        return TARGET if self.binding.token else shown_name(self.name)

    def show(self, text: str) -> str:
        """A text with holes as a person reads it."""
        return unbound(text, self.name)


@dataclass(frozen=True)
class Reader:
    """Asks about one schema, whose name the server prints as `binding` says."""

    connection: "Connection[Any]"
    oid: int
    binding: Binding

    def rows(self, kind: type[Kind], name: str, **parameters: Any) -> list[Kind]:
        """The rows of a catalog query."""
        factory = bound_row(kind, self.binding)
        values = {"schema": self.oid, **parameters}
        if self.binding.path is None:
            with self.connection.cursor(row_factory=factory) as cursor:
                return cursor.execute(query(name), values).fetchall()
        # Parsed under the server's own names, for the schema may hold a `pg_class` or a `lower` of
        # its own, and run under the schema's path: a cursor keeps the two moments apart.
        with self.connection.cursor("schema_tools", row_factory=factory) as server_cursor:
            server_cursor.execute(query(name), values)
            self.connection.execute(_SET_PATH, [self.binding.path])
            rows = server_cursor.fetchall()
            self.connection.execute("SET LOCAL search_path TO pg_catalog, pg_temp")
        return rows

    def members(self) -> tuple[dict[Key, Member], frozenset[Key]]:
        """Return all that lives in the schema, and what of it extensions own."""
        members = {(m.class_, m.oid): m for m in self.rows(Member, "members")}
        if not any(member.of_extension for member in members.values()):
            return members, frozenset()
        edges = self.rows(Edge, "edges", oids=array(m.oid for m in members.values()))
        sequences = self.rows(Sequence, "sequences")
        return members, borrowed_from_extensions(members, edges, sequences)

    @property
    def own_schema(self) -> str:
        """The schema's name as the rows have it."""
        return TARGET if self.binding.token else shown_name(self.binding.schema)


NOT_COPIED = {
    "publication relation": "its membership of a publication is not copied",
    "publication namespace": "the schema's membership of a publication is not copied",
}
"""Members that are about a schema rather than in it: told, not copied."""


BORROWED = "what belongs to an extension in the source is used there, and not cloned"


def why_left_out(member: Member, own_schema: str) -> str | None:
    """Return why a member is told of and not cloned; None for one that is cloned."""
    if member.kind == "extension":
        return BORROWED
    if member.kind == "statistics object" and member.schema != own_schema:
        return "is in another schema and is not cloned"
    return NOT_COPIED.get(member.kind)


@contextmanager
def binding_names(
    connection: "Connection[Any]", schema: str, oid: int, *, by_path: bool = False
) -> Iterator[Reader]:
    """Have the server print the schema's name so that it cannot be mistaken.

    A role that may not rename the schema, and a server that takes no writes, print under the
    schema's own path instead: nearly as good, and what it gets wrong the rehearsal finds.
    """
    with connection.transaction(force_rollback=True):
        token = None if by_path else _rename(connection, schema)
        yield Reader(connection, oid, Binding(schema, token))


def _rename(connection: "Connection[Any]", schema: str) -> str | None:
    """Give the schema a token for its name; None where that is not allowed."""
    token = Binding.new_token()
    try:
        with connection.transaction():
            connection.execute(f"ALTER SCHEMA {ident(schema)} RENAME TO {ident(token)}".encode())
    except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction):
        return None
    return token


def read_catalog(
    connection: "Connection[Any]", schema: str, *, by_path: bool = False, settled: bool = False
) -> Catalog:
    """Read the whole schema.

    `settled` says that it stays as it is: no other session sees it, or one snapshot shows it. Then
    the catalog has no stamp.

    Raises:
        SourceNotFound, PrivilegeMissing, InvalidName: see `reading`.
        SchemaToolsError: the schema was redefined while it was read, several times over.
    """
    for _ in range(3):
        with reading(connection, schema) as oid:
            before = "" if settled else fetch_stamp(connection, schema)
            try:
                with binding_names(connection, schema, oid, by_path=by_path) as reader:
                    catalog = _read(reader, schema, before)
            except (errors.UndefinedObject, errors.InternalError_):
                continue  # something was dropped between two queries, or the schema was altered
            if settled or fetch_stamp(connection, schema) == before:
                return catalog
    raise SchemaToolsError(
        f"schema {schema!r} changes faster than it can be read: try again when it rests"
    )


def _read(reader: Reader, schema: str, stamp: str) -> Catalog:
    rows = reader.rows
    members, borrowed = reader.members()
    which = {"oids": array(m.oid for m in members.values())}
    named = {**which, "classes": array(m.class_ for m in members.values())}

    classes = {"", "pg_cast", *(class_ for class_, _ in members)}  # a cast is of no schema

    def ours(kind: type[Kind], name: str) -> list[Kind]:
        if kind.catalog not in classes:
            return []
        return own(rows(kind, name), borrowed)

    role, comment = ask(
        reader.connection,
        "SELECT current_user::text, obj_description(%s, 'pg_namespace')",
        [reader.oid],
    )[0]
    return Catalog(
        oid=reader.oid,
        name=schema,
        binding=reader.binding,
        server_version=reader.connection.info.server_version,
        role=role,
        stamp=stamp,
        comment=without_mark(comment),
        members=members,
        borrowed=borrowed,
        edges=rows(Edge, "edges", **which),
        relations=ours(Relation, "relations"),
        columns=ours(Column, "columns"),
        sequences=ours(Sequence, "sequences"),
        types=ours(Type, "types"),
        ranges=ours(Range, "ranges"),
        constraints=ours(Constraint, "constraints"),
        indexes=ours(Index, "indexes"),
        functions=ours(Function, "functions"),
        aggregates=ours(Aggregate, "aggregates"),
        operators=ours(Operator, "operators"),
        operator_families=ours(OperatorFamily, "operator_families"),
        operator_classes=ours(OperatorClass, "operator_classes"),
        operator_members=ours(OperatorMember, "operator_members"),
        dictionaries=ours(Dictionary, "dictionaries"),
        configurations=ours(Configuration, "configurations"),
        collations=ours(Collation, "collations"),
        casts=ours(Cast, "casts"),
        triggers=ours(Trigger, "triggers"),
        rules=ours(Rule, "rules"),
        policies=ours(Policy, "policies"),
        statistics=ours(ExtendedStatistics, "statistics"),
        default_privileges=rows(DefaultPrivilege, "default_privileges"),
        schema_rights=rows(SchemaRight, "schema_rights"),
        comments=rows(Comment, "comments", **named),
        owners=rows(Owner, "owners"),
        grants=rows(Grant, "grants"),
        outsiders=rows(Outsider, "outsiders", **named),
        labels=rows(Label, "labels", **named),
    )
