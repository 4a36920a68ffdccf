"""Drops a schema, if it is ours: one transaction, patient with locks, telling who blocks."""

import time
from typing import Any

import psycopg
from psycopg import Connection, errors, sql

from .catalog import ask, ensure_name
from .errors import DropBlocked, NotOurs, SchemaToolsError
from .executor import MARK

BACKOFF_SECONDS = 0.2
"""Pause before the second try; every further one is twice as long."""


def drop_schema(
    connection: "Connection[Any]",
    name: str,
    *,
    lock_timeout: float = 2.0,
    attempts: int = 5,
) -> bool:
    """Drop a schema that this package made, with all that it holds.

    Args:
        connection: a connection that is not in a transaction.
        name: the schema's name.
        lock_timeout: seconds that one attempt waits for a lock.
        attempts: how often to try.

    Returns:
        Whether there was such a schema: dropping twice is dropping once.

    Raises:
        NotOurs: the schema does not carry our mark.
        DropBlocked: somebody kept a lock through all attempts; the message has the process id.
    """
    ensure_name(name)
    pause = BACKOFF_SECONDS
    for attempt in range(1, attempts + 1):
        try:
            return _drop(connection, name, lock_timeout)
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if attempt == attempts:
                raise DropBlocked(_blockers(connection, name, attempts)) from error
            time.sleep(pause)
            pause *= 2
        except psycopg.Error as error:
            message = error.diag.message_primary or str(error)
            raise SchemaToolsError(f"schema {name!r} could not be dropped: {message}") from error
    return False


def _drop(connection: "Connection[Any]", name: str, lock_timeout: float) -> bool:
    with connection.transaction():
        connection.execute(
            "SELECT set_config('lock_timeout', %s, true),"
            " set_config('client_min_messages', 'warning', true)",
            [f"{round(lock_timeout * 1000)}ms"],
        )
        rows = ask(
            connection,
            "SELECT coalesce(obj_description(oid, 'pg_namespace'), '')"
            " FROM pg_catalog.pg_namespace WHERE nspname = %s",
            [name],
        )
        if not rows:
            return False
        if not rows[0][0].startswith(MARK):
            raise NotOurs(
                f"schema {name!r} does not carry our mark (a comment that begins {MARK!r}):"
                " if you are sure, drop it by hand"
            )
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))
    return True


_BLOCKERS = """
SELECT DISTINCT a.pid, coalesce(a.application_name, '') AS application, left(a.query, 120) AS query
FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE n.nspname = %s AND l.granted AND l.pid <> pg_backend_pid()
ORDER BY a.pid
"""


def _blockers(connection: "Connection[Any]", name: str, attempts: int) -> str:
    rows = ask(connection, _BLOCKERS, [name])
    if not connection.autocommit:
        connection.rollback()
    who = (
        "; ".join(f"pid {pid} ({application}): {text}" for pid, application, text in rows)
        or "gone by now"
    )
    return f"schema {name!r} stayed locked through {attempts} attempts. Who held it: {who}"
