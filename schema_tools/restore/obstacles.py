"""Takes what would interfere with restoring rows out of their way, and puts it back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from ..catalog.reading import ask
from .metadata import TableMetadata, fetch_all, use_path

_ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}

_PATH = "SELECT pg_catalog.current_setting('search_path')"
_SET_PATH = "SELECT pg_catalog.set_config('search_path', %s, true)"


@contextmanager
def without_triggers(
    connection: "Connection[Any]", schema: str, tables: Sequence[TableMetadata]
) -> Iterator[None]:
    """Switch off the triggers and rules of tables: they would write more than the source's rows."""
    for table in tables:
        _switch(connection, schema, table, on=False)
    yield
    # A table with checks outstanding cannot be altered.
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        _switch(connection, schema, table, on=True)


def _switch(connection: "Connection[Any]", schema: str, table: TableMetadata, *, on: bool) -> None:
    details = table.details
    assert details is not None, "its details were read"
    triggers = zip(details.triggers, details.trigger_states, strict=True)
    rules = zip(details.rules, details.rule_states, strict=True)
    for kind, items in (("TRIGGER", triggers), ("RULE", rules)):
        for name, state in items:
            statement = sql.SQL("ALTER TABLE ONLY {} {} {} {}").format(
                sql.Identifier(schema, table.name),
                sql.SQL(_ENABLE[state] if on else "DISABLE"),
                sql.SQL(kind),
                sql.Identifier(name),
            )
            connection.execute(statement)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint, with all that is needed to make it again."""

    table_name: str
    name: str
    definition: str
    comment: str | None


@contextmanager
def without_constraints(
    connection: "Connection[Any]", schema: str, tables: Sequence[TableMetadata]
) -> Iterator[list[Constraint]]:
    """Drop the tables' foreign keys, and make them again, checked by the server.

    So with checks that were never validated: the source may have rows that they would refuse. What
    reads or writes the tables waits meanwhile, for this takes the strongest lock.
    """
    roots = [table.relation.root for table in tables]
    path = str(ask(connection, _PATH)[0][0])
    # Under the server's own names alone, definitions name every table in full.
    use_path(connection)
    constraints = fetch_all(connection, Constraint, "constraints", schema=schema, roots=roots)
    connection.execute(_SET_PATH, [path])
    for constraint in constraints:
        _alter(connection, schema, constraint, "DROP CONSTRAINT {name}")
    yield constraints
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for constraint in constraints:
        _alter(connection, schema, constraint, "ADD CONSTRAINT {name} {definition}")
        if constraint.comment is not None:
            statement = sql.SQL("COMMENT ON CONSTRAINT {} ON {} IS {}").format(
                sql.Identifier(constraint.name),
                sql.Identifier(schema, constraint.table_name),
                sql.Literal(constraint.comment),
            )
            connection.execute(statement)


def _alter(connection: "Connection[Any]", schema: str, constraint: Constraint, action: str) -> None:
    statement = sql.SQL("ALTER TABLE {table} " + action).format(
        table=sql.Identifier(schema, constraint.table_name),
        name=sql.Identifier(constraint.name),
        definition=sql.SQL(constraint.definition),  # the server printed it
    )
    connection.execute(statement)
