"""Turns the server's errors into ours: what was wrong, with which object, and what to do."""

from typing import Any

import psycopg
from psycopg import Connection, errors

from ..catalog.reading import ask, query
from ..errors import (
    CloneFailed,
    LockTableTooSmall,
    PrivilegeMissing,
    SchemaToolsError,
    SourceNotFound,
    TargetExists,
)
from ..plan import ClonePlan, Statement
from ..text import ident
from .locks import lock_advice

REMEDIES: dict[type[psycopg.Error], str] = {
    errors.DiskFull: "free space on the server's disk and clone again",
    errors.OutOfMemory: "give the server more memory and clone again",
    errors.LockNotAvailable: "another session alters the source: let it end, or raise lock_timeout",
    errors.DeadlockDetected: "another session changes the source at the same time: clone again",
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
    if isinstance(error, errors.OutOfMemory) and "shared memory" in message_of(error):
        return LockTableTooSmall(f"{what}: {message_of(error)}: {lock_advice(plan, connection)}")
    return CloneFailed(
        f"{what} failed: {message_of(error)}. Nothing was left behind: {_remedy_for(error)}"
    )


def message_of(error: psycopg.Error) -> str:
    """The server's sentence, with its detail."""
    diag = error.diag
    text = diag.message_primary or " ".join(str(error).split()) or type(error).__name__
    return f"{text} ({diag.message_detail})" if diag.message_detail else text


def _remedy_for(error: psycopg.Error) -> str:
    for kind, remedy in REMEDIES.items():
        if isinstance(error, kind):
            return remedy
    return "correct the source, or compile the plan again"


def _remedy(connection: "Connection[Any]", plan: ClonePlan) -> str:
    """The statements that would give the role what it lacks."""
    try:
        rows = ask(connection, query("missing"), {"schema": ident(plan.source)})
        if not connection.autocommit:
            connection.rollback()
    except psycopg.Error:
        return ""
    grants = " ".join(f"{row[0]};" for row in rows if row[1] is None)
    superusers = sorted({row[1] for row in rows if row[1] is not None})
    told = f" This would allow it: {grants}" if grants else ""
    if superusers:
        told += (
            f" The superuser {', '.join(superusers)} owns objects of it: give them to another role,"
            " or clone as a superuser."
        )
    return told
