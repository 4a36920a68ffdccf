"""Finds the tables of a clone that may differ from the source's, and proves that they no longer do.

A clone is one transaction, so a row that it copied carries that transaction's number (`xmin`), and
every row that was written since carries another. Only those rows are compared with the source's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg import Connection, sql

from ..catalog.reading import ask
from .metadata import TableMetadata, row_text, same_text

TABLES_PER_QUERY = 100
"""One query counts the rows of so many tables; the server plans a longer one slowly."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class TableDiff:
    """How a clone's table may differ from the source's.

    `changed` rows of the clone's `rows` were written since it was cloned. `cloned_by` is the
    transaction that copied the rest; None when that is not known for certain, or when the source
    has changed since: then every row counts as changed.
    """

    table: TableMetadata
    cloned_by: str | None
    rows: int
    changed: int
    source_rows: int

    @property
    def differs(self) -> bool:
        """Tell whether the table may differ; one that does not is not looked at again."""
        return self.changed > 0 or self.rows != self.source_rows

    def in_full(self) -> "TableDiff":
        """The same table with every row to be compared."""
        return TableDiff(self.table, None, self.rows, self.rows, self.source_rows)


@dataclass(frozen=True, slots=True)
class Schemas:
    """The names of the two schemas, for making statements."""

    source: str
    clone: str

    def mine(self, table: TableMetadata) -> sql.Identifier:
        """The clone's table."""
        return sql.Identifier(self.clone, table.name)

    def theirs(self, table: TableMetadata) -> sql.Identifier:
        """The source's table."""
        return sql.Identifier(self.source, table.name)

    def is_changed(self, diff: TableDiff) -> sql.Composable:
        """The condition that the row `mine` was written since the clone.

        The rows are found by their places: the planner expects few, and looks for their partners
        by index.
        """
        if diff.cloned_by is None:
            return sql.SQL("true")
        return sql.SQL(
            "mine.ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT changed.ctid FROM ONLY {table} AS"
            " changed WHERE changed.xmin OPERATOR(pg_catalog.<>) {cloned_by}::pg_catalog.xid))"
        ).format(table=self.mine(diff.table), cloned_by=sql.Literal(diff.cloned_by))


_COUNT = """
SELECT {number}, mine.rows, mine.changed, theirs.rows, theirs.changed
  FROM (SELECT pg_catalog.count(*) AS rows,
               pg_catalog.count(*) FILTER (
                   WHERE xmin OPERATOR(pg_catalog.<>) '{cloned_by}'::pg_catalog.xid) AS changed
          FROM ONLY {mine}) AS mine,
       (SELECT pg_catalog.count(*) AS rows,
               pg_catalog.count(*) FILTER (
                   WHERE pg_catalog.age(xmin) OPERATOR(pg_catalog.<=)
                         pg_catalog.age('{cloned_by}'::pg_catalog.xid)) AS changed
          FROM ONLY {theirs}) AS theirs
"""


def find_diffs(
    connection: "Connection[Any]",
    tables: Sequence[TableMetadata],
    marked_by: str,
    *,
    compare_all: bool,
) -> list[TableDiff]:
    """Count the rows of both schemas, and those of the clone that are not as they were copied.

    The transaction that made a table copied its rows if it wrote the clone's
    mark too (`marked_by`).
    Rows of the source that are no older than the clone were perhaps not copied.
    """
    diffs = []
    for batch in _batches(tables):
        arms = [
            _COUNT.format(
                number=number,
                cloned_by=table.relation.created_by,
                mine=table.relation.qualified,
                theirs=table.source.qualified,
            )
            for number, table in enumerate(batch)
        ]
        rows = ask(connection, " UNION ALL ".join(arms))
        for number, count, changed, source_rows, source_changed in sorted(rows):
            table = batch[number]
            is_known = table.relation.created_by == marked_by and not source_changed
            diff = TableDiff(table, table.relation.created_by, count, changed, source_rows)
            diffs.append(diff if is_known and not compare_all else diff.in_full())
    return diffs


_KEYED = """
SELECT {name} WHERE EXISTS (
    SELECT FROM ONLY {mine} AS mine
     WHERE {is_changed} AND NOT EXISTS (
         SELECT FROM ONLY {theirs} AS theirs WHERE {same_key} AND {same_row}))
   OR (SELECT pg_catalog.count(*) FROM ONLY {mine}) OPERATOR(pg_catalog.<>)
      (SELECT pg_catalog.count(*) FROM ONLY {theirs})
"""

_KEYLESS = """
SELECT {name} WHERE EXISTS (
    (SELECT {my_row} FROM ONLY {mine} AS mine EXCEPT ALL
     SELECT {their_row} FROM ONLY {theirs} AS theirs)
    UNION ALL
    (SELECT {their_row} FROM ONLY {theirs} AS theirs EXCEPT ALL
     SELECT {my_row} FROM ONLY {mine} AS mine))
"""


def find_unequal(
    connection: "Connection[Any]", schemas: Schemas, diffs: Sequence[TableDiff]
) -> list[str]:
    """The tables whose rows are still not the source's."""
    unequal = []
    for batch in _batches(diffs):
        arms = [_comparison(schemas, diff) for diff in batch]
        unequal += [
            name for (name,) in ask(connection, sql.SQL(" UNION ALL ").join(arms).as_string())
        ]
    return sorted(unequal)


def _comparison(schemas: Schemas, diff: TableDiff) -> sql.Composed:
    table = diff.table
    columns = list(table.columns)
    names = {
        "name": sql.Literal(table.name),
        "mine": schemas.mine(table),
        "theirs": schemas.theirs(table),
    }
    if not table.key:
        rows = {"my_row": row_text(columns, "mine"), "their_row": row_text(columns, "theirs")}
        return sql.SQL(_KEYLESS).format(**names, **rows)
    return sql.SQL(_KEYED).format(
        **names,
        is_changed=schemas.is_changed(diff),
        same_key=same_key(table),
        same_row=same_text(columns, "mine", "theirs"),
    )


def same_key(table: TableMetadata) -> sql.Composed:
    """The condition that `mine` and `theirs` have the same key."""
    return sql.SQL(" AND ").join(column.equals("mine", "theirs") for column in table.key)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), TABLES_PER_QUERY):
        yield items[start : start + TABLES_PER_QUERY]
