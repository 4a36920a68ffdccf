"""Brings back what is not rows of tables: sequence positions and materialised views."""

from typing import Any

from psycopg import Connection, sql

from ..catalog.reading import ask
from .diff import Schemas
from .metadata import Relation, SchemaMetadata, comma

_POSITION = """
SELECT {number}, mine.last_value, mine.is_called, theirs.last_value, theirs.is_called
  FROM {mine} AS mine, {theirs} AS theirs
"""


_WAS_FILLED = """
SELECT (EXISTS (SELECT FROM {mine}
                 WHERE xmin OPERATOR(pg_catalog.<>) {created_by}::pg_catalog.xid)
        OR (SELECT pg_catalog.count(*) FROM {mine}) OPERATOR(pg_catalog.<>)
           (SELECT pg_catalog.count(*) FROM {theirs}))
   AND EXISTS ((SELECT {row} FROM {mine} EXCEPT ALL SELECT {row} FROM {theirs})
               UNION ALL
               (SELECT {row} FROM {theirs} EXCEPT ALL SELECT {row} FROM {mine}))
"""


def restore_sequences(connection: "Connection[Any]", metadata: SchemaMetadata) -> int:
    """Set the sequences that moved back to the source's positions; gives how many.

    RESTART gives a sequence new storage, so even this is undone by a rollback.
    """
    arms = [
        _POSITION.format(number=number, mine=mine.qualified, theirs=theirs.qualified)
        for number, (mine, theirs) in enumerate(metadata.sequences)
    ]
    if not arms:
        return 0
    moved = 0
    for number, *position, value, is_called in ask(connection, " UNION ALL ".join(arms)):
        if position == [value, is_called]:
            continue
        sequence = metadata.sequences[number][0]
        name = sql.Identifier(sequence.schema, sequence.name)
        connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(name))
        connection.execute(
            "SELECT pg_catalog.setval(%s, %s, %s)", [name.as_string(), value, is_called]
        )
        moved += 1
    return moved


def refresh_views(connection: "Connection[Any]", schemas: Schemas, metadata: SchemaMetadata) -> int:
    """Fill the materialised views again that were filled since the clone; gives how many.

    They come in the order in which they were made, so one that reads another comes after it.
    """
    refreshed = 0
    for mine, theirs in metadata.views:
        if mine.is_populated == theirs.is_populated and not (
            mine.is_populated and _was_filled(connection, schemas, mine)
        ):
            continue
        data = sql.SQL("" if theirs.is_populated else " WITH NO DATA")
        view = sql.Identifier(schemas.clone, mine.name)
        connection.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}{}").format(view, data))
        refreshed += 1
    return refreshed


def _was_filled(connection: "Connection[Any]", schemas: Schemas, view: Relation) -> bool:
    """Tell whether the view's rows are neither those that the clone wrote nor the source's."""
    columns = comma([sql.Identifier(name) for name in view.columns])
    statement = sql.SQL(_WAS_FILLED).format(
        row=sql.SQL("ROW({})::pg_catalog.text").format(columns),
        mine=sql.Identifier(schemas.clone, view.name),
        theirs=sql.Identifier(schemas.source, view.name),
        created_by=sql.Literal(view.created_by),
    )
    return bool(ask(connection, statement.as_string())[0][0])
