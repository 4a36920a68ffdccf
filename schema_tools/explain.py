"""Turns the server's errors into ours: what was wrong, with which object, and what mends it."""

from typing import Any

import psycopg
from psycopg import Connection, errors

from .catalog import ask, query
from .errors import (
    CloneFailed,
    PrivilegeMissing,
    SchemaToolsError,
    SourceNotFound,
    TargetExists,
)
from .plan import ClonePlan, Statement
from .text import ident

MENDS: dict[type[psycopg.Error], str] = {
    errors.DiskFull: "free space on the server's disk and clone again",
    errors.OutOfMemory: "raise max_locks_per_transaction or memory on the server and clone again",
    errors.LockNotAvailable: "somebody changes the source: wait for them, or raise lock_timeout",
    errors.DeadlockDetected: "somebody changes the source at the same time: clone again",
    errors.QueryCanceled: "the server was told to stop: clone again, or raise statement_timeout",
    errors.OperationalError: "the connection is gone: connect and clone again",
}


def explained(
    error: psycopg.Error,
    plan: ClonePlan,
    connection: "Connection[Any]",
    target: str,
    item: Statement | None = None,
) -> SchemaToolsError:
    """Our error for one that ended a clone; `item` is the statement that it came from."""
    what = f"{item.kind} {item.identity}" if item else f"cloning {plan.source!r} into {target!r}"
    if isinstance(error, errors.DuplicateSchema):
        return TargetExists(f"schema {target!r} exists already: drop it or choose another name")
    if isinstance(error, errors.InsufficientPrivilege):
        return PrivilegeMissing(f"{what}: {message_of(error)}.{_remedy(connection, plan)}")
    if item is None and isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName):
        return SourceNotFound(
            f"schema {plan.source!r} is not what the plan was compiled from"
            f" ({message_of(error)}): compile it again"
        )
    return CloneFailed(
        f"{what} failed: {message_of(error)}. Nothing was left behind: {_mend(error)}"
    )


def message_of(error: psycopg.Error) -> str:
    """The server's sentence, with its detail."""
    diag = error.diag
    text = diag.message_primary or " ".join(str(error).split()) or type(error).__name__
    return f"{text} ({diag.message_detail})" if diag.message_detail else text


def _mend(error: psycopg.Error) -> str:
    for kind, mend in MENDS.items():
        if isinstance(error, kind):
            return mend
    return "mend the source, or compile the plan again"


def _remedy(connection: "Connection[Any]", plan: ClonePlan) -> str:
    """The statements that would give the role what it lacks."""
    try:
        rows = ask(connection, query("missing"), {"schema": ident(plan.source)})
        if not connection.autocommit:
            connection.rollback()
    except psycopg.Error:
        return ""
    mends = " ".join(f"{row[0]};" for row in rows)
    return f" Mend it with: {mends}" if mends else ""
