"""A small schema that tests clone, and helpers for the server it is on."""

import time
from contextlib import contextmanager

SOURCE, TARGET = "shop", "shop_copy"
SIMPLE = """
CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a'), ('b'); CREATE VIEW view AS SELECT id FROM t;
"""  # noqa: E501


def schemas(connection):
    rows = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'"
    ).fetchall()
    return {row[0] for row in rows}


def wait_until(happens, seconds=90.0):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def sleeper(connection):
    """The process id of the session that clones."""
    row = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid <> pg_backend_pid()"
    ).fetchone()
    return row[0] if row else None


@contextmanager
def as_role(connection, role):
    connection.execute(f"SET SESSION AUTHORIZATION {role}")
    try:
        yield
    finally:
        connection.execute("RESET SESSION AUTHORIZATION")
