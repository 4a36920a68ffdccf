"""Drops a schema, if it is ours: patient with locks, and in stages where it is large."""

import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

import psycopg
from psycopg import Connection, errors

from .catalog.reading import ask, ensure_name, query
from .errors import DropBlocked, NotOurs, SchemaToolsError
from .execution.locks import fetch_lock_table
from .mark import HALF_DROPPED, MARK, is_marked
from .text import ident, literal

BACKOFF_SECONDS = 0.2
"""Pause before the second try; every further one is twice as long."""

SHARE = 4
"""A stage takes at most one in so many of the locks that the server has for all sessions."""

LOCKS_OF_A_TABLE = 40
"""More than a table takes to drop, with its columns' defaults, indexes, constraints and types."""


class Outcome(Enum):
    """What one transaction has done."""

    MISSING = "missing"
    DROPPED = "dropped"
    STAGE = "stage"


def drop_schema(
    connection: "Connection[Any]",
    name: str,
    *,
    lock_timeout: float = 2.0,
    attempts: int = 5,
) -> bool:
    """Drop a schema that this package made, with all that it holds.

    One transaction drops a small schema. A large one, whose locks the server could not hold at
    once, goes in stages that each commit; its mark says so meanwhile, and the next call goes on
    where one was interrupted.

    Args:
        connection: a connection that is not in a transaction.
        name: the schema's name.
        lock_timeout: seconds that one attempt waits for a lock.
        attempts: how often to try, for each stage.

    Returns:
        Whether there was such a schema: dropping twice is dropping once.

    Raises:
        NotOurs: the schema does not carry our mark.
        DropBlocked: another session kept a lock through all attempts; the message names it.
    """
    ensure_name(name)
    drop = _Drop(connection, name, lock_timeout)
    while (outcome := _patiently(drop, attempts)) is Outcome.STAGE:
        pass
    return outcome is Outcome.DROPPED


def _patiently(drop: "_Drop", attempts: int) -> Outcome:
    """Do one transaction, again while another session holds a lock."""
    pause = BACKOFF_SECONDS
    for attempt in range(1, attempts + 1):
        try:
            return drop.once()
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if attempt == attempts:
                raise DropBlocked(drop.blockers(attempts)) from error
            time.sleep(pause)
            pause *= 2
        except errors.OutOfMemory as error:
            drop.take_less(error)
            return Outcome.STAGE
        except psycopg.Error as error:
            message = error.diag.message_primary or str(error)
            raise SchemaToolsError(
                f"schema {drop.name!r} could not be dropped: {message}"
            ) from error
    raise SchemaToolsError("a schema is dropped in at least one attempt")


@dataclass
class _Drop:
    """Drops one schema, a transaction at a time."""

    connection: "Connection[Any]"
    name: str
    lock_timeout: float
    budget: int | None = None

    def once(self) -> Outcome:
        """Drop the schema, or a stage of it."""
        connection = self.connection
        with connection.transaction():
            connection.execute(
                "SELECT set_config('lock_timeout', %s, true),"
                " set_config('client_min_messages', 'warning', true)",
                [f"{round(self.lock_timeout * 1000)}ms"],
            )
            # Of two that drop it at once, the second reads what there is when the first has ended.
            connection.execute(_LOCK_NAME, [self.name])
            rows = ask(
                connection,
                "SELECT oid, coalesce(obj_description(oid, 'pg_namespace'), '')"
                " FROM pg_catalog.pg_namespace WHERE nspname = %s",
                [self.name],
            )
            if not rows:
                return Outcome.MISSING
            oid, comment = rows[0]
            if not is_marked(comment):
                raise NotOurs(
                    f"schema {self.name!r} does not carry our mark (a comment whose last line"
                    f" begins {MARK!r}): if you are sure, drop it by hand"
                )
            statements = self._stage(oid)
            if not statements:
                connection.execute(f"DROP SCHEMA {ident(self.name)} CASCADE".encode())
                return Outcome.DROPPED
            if not comment.endswith(HALF_DROPPED):
                marked = literal(comment + HALF_DROPPED)
                connection.execute(f"COMMENT ON SCHEMA {ident(self.name)} IS {marked}".encode())
            for statement in statements:
                connection.execute(statement.encode())
        return Outcome.STAGE

    def take_less(self, error: psycopg.Error) -> None:
        """Go on with smaller stages, for the lock table was full."""
        assert self.budget is not None
        if self.budget <= LOCKS_OF_A_TABLE:
            raise SchemaToolsError(
                f"schema {self.name!r} could not be dropped: the server has no locks left for a"
                " single table; other sessions hold them: try again, or raise"
                " max_locks_per_transaction"
            ) from error
        self.budget //= 2

    def _stage(self, oid: int) -> list[str]:
        """Return the statements of the next stage; none when the rest can go at once."""
        connection = self.connection
        if self.budget is None:
            self.budget = fetch_lock_table(connection)[0] // SHARE
        needed = ask(connection, query("drop_locks"), {"schema": oid})[0][0]
        if needed <= self.budget:
            return []
        values = {"schema": oid, "most": max(1, self.budget // LOCKS_OF_A_TABLE)}
        return [row[0] for row in ask(connection, query("drop_stage"), values)]

    def blockers(self, attempts: int) -> str:
        """Say which sessions held locks."""
        rows = ask(self.connection, _BLOCKERS, [self.name])
        if not self.connection.autocommit:
            self.connection.rollback()
        who = (
            "; ".join(f"pid {pid} ({application}): {text}" for pid, application, text in rows)
            or "a session that has ended"
        )
        return f"schema {self.name!r} stayed locked through {attempts} attempts. Held by: {who}"


_LOCK_NAME = "SELECT pg_advisory_xact_lock(hashtextextended('masa-madre drop ' || %s, 0))"

_BLOCKERS = """
SELECT DISTINCT a.pid, coalesce(a.application_name, '') AS application, left(a.query, 120) AS query
FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE n.nspname = %s AND l.granted AND l.pid <> pg_backend_pid()
ORDER BY a.pid
"""
