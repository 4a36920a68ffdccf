"""Reads what two schemas hold in rows and sequences, as values that can be compared."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from psycopg import Connection

from ..execution.wire import stream
from ..text import comma, compose, ident, qualified
from .catalog import Catalog
from .reading import reading

AT_ONCE = 100
"""Tables that are asked for in one round trip."""


def read_tables(connection: "Connection[Any]", catalog: Catalog) -> dict[str, tuple[int, str]]:
    """Return the number of rows and a checksum of every table and filled materialised view.

    The checksum is the sum of two 64-bit hashes of every row's text, so the order of rows means
    nothing. The server has to keep these hashes from version to version, for hash partitions.
    A materialised view is filled again in a clone: what it holds of type `regclass` and its like,
    also deep within a row or an array, names the clone's own objects, and is left out.
    """
    columns: dict[int, list[str]] = {}
    for column in catalog.columns:
        if not column.names_objects:
            columns.setdefault(column.relation, []).append(ident(column.name))
    queries = {
        row.name: _checksum_query(qualified(catalog.name, row.name), columns.get(row.oid, []))
        for row in catalog.relations
        if row.kind == "r" or (row.kind == "m" and row.is_populated)
    }
    rows = _answers(connection, catalog, queries)
    return {name: (int(count), checksum) for name, (count, checksum) in rows}


def read_positions(connection: "Connection[Any]", catalog: Catalog) -> dict[str, tuple[str]]:
    """Return where every sequence stands."""
    queries = {
        row.name: compose(
            "SELECT last_value, is_called FROM {name}", name=qualified(catalog.name, row.name)
        )
        for row in catalog.sequences
    }
    rows = _answers(connection, catalog, queries)
    return {name: (f"{at} {'(used)' if used == 't' else '(unused)'}",) for name, (at, used) in rows}


def _checksum_query(table: str, columns: list[str]) -> str:
    """Sum two hashes of every row's text; `OFFSET 0` has the text made once for both."""
    return compose(
        "SELECT count(*), coalesce(sum(hashtextextended(t, 0)), 0)::text || ':'"
        " || coalesce(sum(hashtextextended(t, 1)), 0)::text"
        " FROM (SELECT ROW({columns})::text AS t FROM ONLY {table} OFFSET 0) AS rows",
        columns=comma(columns),
        table=table,
    )


def _answers(
    connection: "Connection[Any]", catalog: Catalog, queries: dict[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Give the one row of each query, as text, with few round trips."""
    with reading(connection, catalog.name):
        for names in _batches(queries):
            script = ";\n".join(queries[name] for name in names)
            for name, result in zip(names, stream(connection, script), strict=True):
                values = (result.get_value(0, column) for column in range(result.nfields))
                yield name, [(value or b"").decode() for value in values]


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(names)
    while batch := list(islice(waiting, AT_ONCE)):
        yield batch
