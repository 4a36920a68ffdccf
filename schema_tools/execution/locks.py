"""Tells before a clone starts whether the server can hold its locks."""

import math
from typing import Any

from psycopg import Connection

from ..catalog.reading import ask, query
from ..errors import LockTableTooSmall
from ..plan import ClonePlan

LOCKS_OF_A_STATEMENT = 2
"""About how many locks a statement leaves until the commit, before a rehearsal has counted."""

FEW = 1_000
"""Locks that any server has for one transaction."""

GROWTH = 2
"""A lock table takes a few more locks than it was made for, and never twice as many."""


def ensure_locks(plan: ClonePlan, connection: "Connection[Any]") -> None:
    """See that the server's lock table can hold what one transaction of the plan locks.

    Raises:
        LockTableTooSmall: it cannot; the message has the setting and the number.
    """
    needed = locks_of(plan)
    if needed > FEW and needed > GROWTH * fetch_lock_table(connection)[0]:
        raise LockTableTooSmall(lock_advice(plan, connection))


def locks_of(plan: ClonePlan) -> int:
    """Return how many locks a run takes: as the rehearsal has counted, else about."""
    return plan.proof.locks if plan.proof else LOCKS_OF_A_STATEMENT * len(plan.statements)


def lock_advice(plan: ClonePlan, connection: "Connection[Any]") -> str:
    """Return what is too small, and what it should be."""
    needed = locks_of(plan)
    capacity, setting = fetch_lock_table(connection)
    enough = max(setting + 1, math.ceil(needed / capacity * setting))
    return (
        f"a clone of {plan.source!r} takes about {needed} locks in one transaction, and this"
        f" server holds about {capacity} for all sessions (max_locks_per_transaction = {setting}):"
        f" set max_locks_per_transaction to at least {enough} and restart the server"
    )


def fetch_lock_table(connection: "Connection[Any]") -> tuple[int, int]:
    """Return how many locks the server's lock table was made for, and the setting behind it."""
    ((capacity, setting),) = ask(connection, query("lock_table"))
    return int(capacity), int(setting)
