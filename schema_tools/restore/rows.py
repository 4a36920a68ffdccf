"""The statements that bring the rows of one table back: update, delete, insert."""

from typing import Any

from psycopg import Connection, sql

from .diff import Schemas, TableDiff, same_key
from .metadata import TableMetadata, comma, same_text


class RowRestorer:
    """Brings the rows of single tables back; the caller decides on the order."""

    def __init__(self, connection: "Connection[Any]", schemas: Schemas) -> None:
        self._connection = connection
        self._schemas = schemas

    def update(self, diff: TableDiff) -> int:
        """Give changed rows the values of the source's row with the same key."""
        table = diff.table
        if not table.key or not table.changeable or not diff.changed:
            return 0
        values = [
            sql.SQL("{} = {}").format(sql.Identifier(c.name), c.value("theirs"))
            for c in table.changeable
        ]
        return self._run(
            table,
            "UPDATE ONLY {mine} AS mine SET {values} FROM ONLY {theirs} AS theirs"
            " WHERE {is_changed} AND {same_key} AND {same_fixed} AND NOT ({same_values})",
            values=comma(values),
            is_changed=self._schemas.is_changed(diff),
            same_key=same_key(table),
            same_fixed=same_text(table.fixed, "mine", "theirs"),
            same_values=same_text(table.changeable, "mine", "theirs"),
        )

    def delete(self, diff: TableDiff, *, unless_equal: bool = False) -> int:
        """Delete changed rows that the source does not have; all rows of a table without a key.

        With `unless_equal`, also those that the source has with other values.
        """
        table = diff.table
        if not table.key:
            return self._run(table, "DELETE FROM ONLY {mine} AS mine")
        if not diff.changed:
            return 0
        return self._run(
            table,
            "DELETE FROM ONLY {mine} AS mine WHERE {is_changed} AND NOT EXISTS"
            " (SELECT FROM ONLY {theirs} AS theirs WHERE {same_key} AND {same_row})",
            is_changed=self._schemas.is_changed(diff),
            same_key=same_key(table),
            same_row=same_text(table.stored if unless_equal else table.fixed, "mine", "theirs"),
        )

    def insert(self, table: TableMetadata) -> int:
        """Copy the rows that the source has and the clone lacks."""
        missing: sql.Composable = sql.SQL("")
        if table.key:
            missing = sql.SQL(
                " WHERE NOT EXISTS (SELECT FROM ONLY {mine} AS mine WHERE {same_key})"
            ).format(mine=self._schemas.mine(table), same_key=same_key(table))
        columns = comma([sql.Identifier(column.name) for column in table.stored])
        return self._run(
            table,
            "INSERT INTO {mine} {columns} OVERRIDING SYSTEM VALUE"
            " SELECT {values} FROM ONLY {theirs} AS theirs{missing}",
            columns=sql.SQL("({})").format(columns) if table.stored else sql.SQL(""),
            values=comma([column.value("theirs") for column in table.stored]),
            missing=missing,
        )

    def _run(self, table: TableMetadata, statement: str, **parts: sql.Composable) -> int:
        text = sql.SQL(statement)  # a literal of this class
        mine, theirs = self._schemas.mine(table), self._schemas.theirs(table)
        return self._connection.execute(text.format(mine=mine, theirs=theirs, **parts)).rowcount
