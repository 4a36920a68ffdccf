"""Locks that end with their process; in a transaction, so that PgBouncer keeps them apart."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('masa-madre job ' || %s, 0))"


@contextmanager
def only_one(database_url: str, name: str) -> Iterator[bool]:
    """Whether we are the one who may do `name` now; nobody else may until the block ends."""
    with psycopg.connect(database_url, application_name=f"masa-madre {name}") as connection:
        row = connection.execute(TRY_LOCK, [name]).fetchone()
        yield row is not None and bool(row[0])
        connection.rollback()
