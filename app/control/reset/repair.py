"""The statements that put one tenant's tables and sequences right again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from app.control.reset.shape import Shape, Table


@dataclass
class Restored:
    """How many rows were put right, and how many sequences."""

    updated: int = 0
    deleted: int = 0
    inserted: int = 0
    sequences: int = 0


@dataclass
class Touched:
    """What a table holds, as against the template's: rows, and the places of changed ones."""

    table: Table
    rows: int
    places: list[str]
    rows_in_template: int = 0

    @property
    def differs(self) -> bool:
        """Whether there may be something to do."""
        return bool(self.places) or self.rows != self.rows_in_template


class Repair:
    """The statements that put one tenant right."""

    def __init__(self, connection: "Connection[Any]", template: str, schema: str) -> None:
        self._connection = connection
        self._template = template
        self._schema = schema
        self.restored = Restored()

    def put_right(self, touched: Sequence[Touched]) -> None:
        """Parents first where rows come, children first where they go."""
        with self._without_triggers([item.table for item in touched]):
            for item in touched:
                if item.places and item.table.key:
                    self.restored.updated += self._update(item)
            gone = {}
            for item in reversed(touched):
                gone[item.table.name] = self._delete(item)
                self.restored.deleted += gone[item.table.name]
            for item in touched:
                if item.rows - gone[item.table.name] != item.rows_in_template:
                    self.restored.inserted += self._insert(item.table)

    @contextmanager
    def _without_triggers(self, tables: Sequence[Table]) -> Iterator[None]:
        """The owner's triggers would write what the template's rows do not say."""
        self._switch(tables, "DISABLE")
        yield
        self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self._switch(tables, "ENABLE")

    def _switch(self, tables: Sequence[Table], how: str) -> None:
        statement = sql.SQL("ALTER TABLE {table} {how} TRIGGER {trigger}")
        for table in tables:
            for trigger in table.triggers:
                always = how == "ENABLE" and trigger in table.always
                self._connection.execute(
                    statement.format(
                        table=self._mine(table),
                        how=sql.SQL("ENABLE ALWAYS" if always else "ENABLE")
                        if how == "ENABLE"
                        else sql.SQL("DISABLE"),
                        trigger=sql.Identifier(trigger),
                    )
                )

    def _update(self, item: Touched) -> int:
        """Changed rows get the template's values; identities and keys stay as they are."""
        table = item.table
        columns = [c for c in table.stored if not c.is_always and c.name not in table.key]
        if not columns:
            return 0
        statement = sql.SQL(
            "UPDATE ONLY {mine} AS mine SET {values} FROM ONLY {theirs} AS theirs"
            " WHERE mine.ctid = ANY (%s::tid[]) AND {same_key}"
            " AND ROW({my_columns})::text IS DISTINCT FROM ROW({their_columns})::text"
        ).format(
            mine=self._mine(table),
            theirs=self._theirs(table),
            same_key=table.same_key("mine", "theirs"),
            my_columns=comma([c.of("mine") for c in columns]),
            their_columns=comma([c.of("theirs") for c in columns]),
            values=comma(
                [
                    sql.SQL("{} = {}").format(
                        sql.Identifier(c.name), c.value("theirs", self._schema)
                    )
                    for c in columns
                ]
            ),
        )
        return self._connection.execute(statement, [item.places]).rowcount

    def _delete(self, item: Touched) -> int:
        """Rows that the template does not have; without a key, all rows, to be copied again."""
        table = item.table
        if not table.key:
            statement = sql.SQL("DELETE FROM ONLY {}").format(self._mine(table))
            return self._connection.execute(statement).rowcount
        if not item.places:
            return 0
        statement = sql.SQL(
            "DELETE FROM ONLY {mine} AS mine WHERE mine.ctid = ANY (%s::tid[]) AND NOT EXISTS"
            " (SELECT FROM ONLY {theirs} AS theirs WHERE {same_key})"
        ).format(
            mine=self._mine(table),
            theirs=self._theirs(table),
            same_key=table.same_key("mine", "theirs"),
        )
        return self._connection.execute(statement, [item.places]).rowcount

    def _insert(self, table: Table) -> int:
        """Rows that the template has and the tenant has no more."""
        missing: sql.Composable = sql.SQL("")
        if table.key:
            missing = sql.SQL(
                " WHERE NOT EXISTS (SELECT FROM ONLY {mine} AS mine WHERE {same_key})"
            ).format(mine=self._mine(table), same_key=table.same_key("mine", "theirs"))
        statement = sql.SQL(
            "INSERT INTO {mine} ({columns}) OVERRIDING SYSTEM VALUE"
            " SELECT {values} FROM ONLY {theirs} AS theirs{missing}"
        ).format(
            mine=self._mine(table),
            theirs=self._theirs(table),
            columns=comma([sql.Identifier(c.name) for c in table.stored]),
            values=comma([c.value("theirs", self._schema) for c in table.stored]),
            missing=missing,
        )
        return self._connection.execute(statement).rowcount

    def _mine(self, table: Table) -> sql.Identifier:
        return sql.Identifier(self._schema, table.name)

    def _theirs(self, table: Table) -> sql.Identifier:
        return sql.Identifier(self._template, table.name)


def restore_sequences(
    connection: "Connection[Any]", shape: Shape, template: str, schema: str, restored: Restored
) -> None:
    """Positions that moved. RESTART gives a sequence new storage, so even this rolls back."""
    if not shape.sequences:
        return
    part = sql.SQL(
        "SELECT {name}, mine.last_value, mine.is_called, theirs.last_value, theirs.is_called"
        " FROM {mine} AS mine, {theirs} AS theirs"
    )
    parts = [
        part.format(
            name=sql.Literal(name),
            mine=sql.Identifier(schema, name),
            theirs=sql.Identifier(template, name),
        )
        for name in shape.sequences
    ]
    for name, *mine, value, is_called in connection.execute(sql.SQL(" UNION ALL ").join(parts)):
        if mine == [value, is_called]:
            continue
        sequence = sql.Identifier(schema, name)
        connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sequence))
        connection.execute("SELECT setval(%s, %s, %s)", [sequence.as_string(), value, is_called])
        restored.sequences += 1


def comma(items: Sequence[sql.Composable]) -> sql.Composed:
    """The items as an SQL list."""
    return sql.SQL(", ").join(items)
