"""Refuses rows that hold large objects: those belong to the database, not to a schema."""

from typing import Any

from psycopg import Connection

from ..catalog.catalog import Catalog
from ..catalog.reading import reading
from ..errors import UnsupportedObject
from ..text import compose, ident, qualified


def ensure_no_large_objects(connection: "Connection[Any]", catalog: Catalog) -> None:
    """See that no column of type `oid` holds the number of a large object that there is.

    Raises:
        UnsupportedObject: one does; a clone would share the object with its source.
    """
    tables = {row.oid: row.name for row in catalog.relations if row.kind == "r"}
    columns = [
        column
        for column in catalog.columns
        if column.reference == "oid" and column.relation in tables
    ]
    if not columns:
        return
    with reading(connection, catalog.name):
        for column in columns:
            table = tables[column.relation]
            statement = compose(
                "SELECT held.{column} FROM ONLY {table} AS held"
                " JOIN pg_largeobject_metadata AS object ON object.oid = held.{column} LIMIT 1",
                column=ident(column.name),
                table=qualified(catalog.name, table),
            )
            row = connection.execute(statement).fetchone()
            if row is not None:
                raise UnsupportedObject(
                    "column",
                    f"{table}.{column.name}",
                    f"it holds the large object {next(iter(row))}, which a clone would share with"
                    " its source; keep such contents in a column of type bytea",
                )
