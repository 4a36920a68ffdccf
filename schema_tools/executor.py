"""Replays a clone plan: one transaction, few round trips, all of it or none of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection, errors, pq

from .catalog import ensure_name, fetch_schema_oid, fetch_stamp, settings_query
from .errors import (
    CloneFailed,
    InvalidName,
    PlanOutdated,
    PrivilegeMissing,
    SchemaToolsError,
    SourceNotFound,
    TargetExists,
)
from .plan import ClonePlan, Phase, Statement
from .text import comma, ident, literal, qualified
from .wire import stream

MARK = "schema_tools: clone of "
"""How the comment of every schema begins that this package made, and so may drop."""

BATCH_BYTES = 4 << 20
"""A batch ends when the rows that it copies are more than this, so that progress is seen."""

BATCH_STATEMENTS = 250
"""A batch ends after so many statements, so that an interrupt is answered soon."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a clone is: `statement` was just finished."""

    statement: Statement
    done: int
    total: int
    percent: float


Progress = Callable[[Step], None]


@dataclass
class CloneReport:
    """What a run did: rows by table, and how long it took."""

    source: str
    target: str
    fingerprint: str
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def run_plan(
    plan: ClonePlan,
    connection: "Connection[Any]",
    target: str,
    *,
    progress: Progress | None = None,
    check: bool = True,
    comment: str | None = None,
) -> CloneReport:
    """Clone `plan.source` into the new schema `target`.

    Args:
        plan: what to replay.
        connection: a connection that is not in a transaction.
        target: the name of the schema to make.
        progress: is called after every statement.
        check: see that the source is still what was compiled; costs one query.
        comment: follows the mark in the new schema's comment.

    Raises:
        PlanOutdated: the source was redefined, or another role compiled the plan: compile again.
        TargetExists, SourceNotFound, InvalidName, PrivilegeMissing: as they say.
        CloneFailed: a statement failed; nothing was left behind.
        SchemaToolsError: the connection is in a transaction already.
    """
    ensure_name(target)
    if target == plan.source:
        raise InvalidName(f"source and target are both {target!r}: choose another target")
    if connection.info.transaction_status != pq.TransactionStatus.IDLE:
        raise SchemaToolsError("the connection is in a transaction: commit or roll back first")
    report = CloneReport(plan.source, target, plan.fingerprint)
    started = time.perf_counter()
    try:
        with connection.transaction():
            _open(plan, connection, target, comment)
            if check:
                _ensure_current(plan, connection)
            _replay(plan, connection, target, report, progress)
    except psycopg.Error as error:
        raise _explained(error, plan, target) from error
    report.seconds = time.perf_counter() - started
    return report


def _open(plan: ClonePlan, connection: "Connection[Any]", target: str, comment: str | None) -> None:
    """Lock the source's tables, then take the snapshot that all reading happens in, then begin."""
    tables = comma([qualified(plan.source, table) for table in plan.tables])
    mark = literal(f"{MARK}{plan.source} {plan.fingerprint[:16]}{' ' + comment if comment else ''}")
    script = ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"]
    if tables:
        script.append(f"LOCK TABLE ONLY {tables.replace(', ', ', ONLY ')} IN ACCESS SHARE MODE")
    script += [
        f"CREATE SCHEMA {ident(target)}",
        f"COMMENT ON SCHEMA {ident(target)} IS {mark}",
        settings_query(ident(target)),
    ]
    for _ in stream(connection, ";\n".join(script)):
        pass


def _ensure_current(plan: ClonePlan, connection: "Connection[Any]") -> None:
    oid = fetch_schema_oid(connection, plan.source)
    row = connection.execute("SELECT current_user::text").fetchone()
    assert row is not None
    if row[0] != plan.role:
        raise PlanOutdated(
            f"role {plan.role!r} compiled this plan and {row[0]!r} runs it:"
            " owners and rights would differ, compile it again as this role"
        )
    if fetch_stamp(connection, oid) != plan.stamp:
        raise PlanOutdated(
            f"schema {plan.source!r} was redefined since the plan was compiled: compile it again"
        )


def _replay(
    plan: ClonePlan,
    connection: "Connection[Any]",
    target: str,
    report: CloneReport,
    progress: Progress | None,
) -> None:
    total, done = len(plan.statements), 0
    whole = sum(_weight(item) for item in plan.statements) or 1.0
    finished = 0.0
    for batch in _batches(plan.statements):
        results = stream(connection, ";\n".join(item.render(plan.source, target) for item in batch))
        for item in batch:
            try:
                count = next(results)
            except psycopg.Error as error:
                raise _failed(error, item, plan) from error
            done += 1
            finished += _weight(item)
            if item.phase is Phase.ROWS:
                report.rows[item.identity] = count
            if progress is not None:
                progress(Step(item, done, total, 100 * finished / whole))
        for _ in results:
            pass


def _weight(item: Statement) -> float:
    """The share of a statement in the whole: a constant for the catalog, and its megabytes."""
    return 1.0 + item.size / (1 << 18)


def _batches(statements: tuple[Statement, ...]) -> Iterator[list[Statement]]:
    batch: list[Statement] = []
    size = 0
    for item in statements:
        batch.append(item)
        size += item.size
        if size >= BATCH_BYTES or len(batch) >= BATCH_STATEMENTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _failed(error: psycopg.Error, item: Statement, plan: ClonePlan) -> SchemaToolsError:
    what = f"{item.kind} {item.identity}"
    if isinstance(error, errors.InsufficientPrivilege):
        table = qualified(plan.source, item.identity)
        grant = f" Mend it with: GRANT SELECT ON {table} TO {ident(plan.role)};"
        mend = grant if item.phase in (Phase.ROWS, Phase.POSITIONS) else ""
        return PrivilegeMissing(f"{what}: {_message(error)}.{mend}")
    return CloneFailed(f"{what} could not be cloned: {_message(error)}")


def _explained(error: psycopg.Error, plan: ClonePlan, target: str) -> SchemaToolsError:
    if isinstance(error, errors.DuplicateSchema):
        return TargetExists(f"schema {target!r} exists already: drop it or choose another name")
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName):
        return SourceNotFound(
            f"schema {plan.source!r} is not what the plan was compiled from"
            f" ({_message(error)}): compile it again"
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return PrivilegeMissing(
            f"{_message(error)}. Role {ident(plan.role)} needs CREATE on the database, and USAGE on"
            f" schema {ident(plan.source)} with SELECT on its tables and sequences:"
            f" GRANT USAGE ON SCHEMA {ident(plan.source)} TO {ident(plan.role)};"
            f" GRANT SELECT ON ALL TABLES IN SCHEMA {ident(plan.source)} TO {ident(plan.role)};"
        )
    return CloneFailed(f"cloning {plan.source!r} into {target!r} failed: {_message(error)}")


def _message(error: psycopg.Error) -> str:
    diag = error.diag
    text = diag.message_primary or str(error) or type(error).__name__
    return f"{text} ({diag.message_detail})" if diag.message_detail else text
