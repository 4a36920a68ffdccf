"""Replays a clone plan: one transaction, few round trips, all of it or none of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection, pq

from ..catalog.reading import ensure_name, settings_query, stamp_query
from ..errors import InvalidName, PlanOutdated, SchemaToolsError, SourceNotFound
from ..mark import MARK as MARK
from ..mark import with_mark
from ..plan import STATISTICS, ClonePlan, Phase, Statement, render
from ..text import ident, literal, qualified
from .explain import explained
from .locks import ensure_locks
from .samples import Rows, rehearsed
from .selection import DataChoice, choose_rows
from .slices import slice_large
from .wire import stream

BATCH_BYTES = 4 << 20
"""A batch ends when the rows that it copies are more than this, so that progress is seen."""

BATCH_STATEMENTS = 250
"""A batch ends after so many statements, so that an interrupt is answered soon."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a clone is: `statement` was just finished, of a large table a slice of it."""

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
    statistics: bool = True,
    data: DataChoice | None = None,
) -> CloneReport:
    """Clone `plan.source` into the new schema `target`.

    Args:
        plan: what to replay.
        connection: a connection that is not in a transaction.
        target: the name of the schema to make.
        progress: is called after every statement.
        check: see that the source is still what was compiled; costs one query.
        comment: follows the mark in the new schema's comment.
        statistics: bring the planner's statistics along; else autovacuum makes them some day.
        data: which rows to copy; all, when it is not given.

    Raises:
        PlanOutdated: the source was redefined, or another role compiled the plan: compile again.
        TargetExists, SourceNotFound, InvalidName, PrivilegeMissing: as they say.
        DataRefused: the chosen rows could not stand without others.
        CloneFailed: a statement failed; nothing was left behind.
        SchemaToolsError: the connection is in a transaction already, or the plan is not proven.
    """
    if plan.proof is None:
        raise SchemaToolsError("the plan is not proven: compile it with compile_plan")
    report = CloneReport(plan.source, target, plan.fingerprint)
    started = time.perf_counter()
    with _transaction(plan, connection, target):
        _open(plan, connection, target, comment, check=check)
        chosen = [item for item in plan.statements if statistics or item.kind != STATISTICS]
        if data is not None:
            chosen = choose_rows(connection, plan.source, chosen, data)
        elif progress is not None:
            chosen = list(slice_large(chosen))
        _replay(plan, chosen, connection, target, report, progress)
    report.seconds = time.perf_counter() - started
    return report


def ensure_clonable(plan: ClonePlan, connection: "Connection[Any]", target: str) -> None:
    """Do what a clone begins with, and undo it; raises what `run_plan` would raise there."""
    with _transaction(plan, connection, target, rehearsal=True):
        _open(plan, connection, target, comment=None, check=True)


def replay_inside(
    plan: ClonePlan, connection: "Connection[Any]", target: str, rows: Rows, *, check: bool = True
) -> None:
    """Do all that a clone does in the transaction that the caller has begun, and will undo."""
    ensure_locks(plan, connection)
    _open(plan, connection, target, comment=None, check=check, begun=True)
    _replay(plan, rehearsed(plan, rows), connection, target, CloneReport("", "", ""), None)


class _Stopped(Exception):
    """A statement of the plan failed."""

    def __init__(self, item: Statement, error: psycopg.Error) -> None:
        super().__init__(item.identity)
        self.item = item
        self.error = error


@contextmanager
def _transaction(
    plan: ClonePlan, connection: "Connection[Any]", target: str, *, rehearsal: bool = False
) -> Iterator[None]:
    """One transaction, whose errors are told in our words."""
    ensure_name(target)
    ensure_locks(plan, connection)
    if target == plan.source:
        raise InvalidName(f"source and target are both {target!r}: choose another target")
    if connection.info.transaction_status not in (
        pq.TransactionStatus.IDLE,
        pq.TransactionStatus.UNKNOWN,
    ):
        raise SchemaToolsError("the connection is in a transaction: commit or roll back first")
    with (
        errors_told(plan, connection, target),
        connection.transaction(force_rollback=rehearsal),
    ):
        yield


@contextmanager
def errors_told(plan: ClonePlan, connection: "Connection[Any]", target: str) -> Iterator[None]:
    """Tell what goes wrong in our words."""
    try:
        yield
    except _Stopped as stopped:
        raise explained(stopped.error, plan, connection, target, stopped.item) from stopped.error
    except psycopg.Error as error:
        raise explained(error, plan, connection, target) from error


def opening(
    plan: ClonePlan, target: str, comment: str | None = None, *, begun: bool = False
) -> list[str]:
    """What comes before the plan's own statements, in the transaction that is open already.

    The source's tables are locked before the snapshot is taken that all reading happens in.
    """
    mark = f"{MARK}{plan.source} {plan.fingerprint[:16]}{' ' + comment if comment else ''}"
    return [
        *([] if begun else ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"]),
        *_locks(plan),
        f"CREATE SCHEMA {ident(target)}",
        f"COMMENT ON SCHEMA {ident(target)} IS {literal(with_mark(plan.comment, mark))}",
        settings_query(_path(plan, target)),
    ]


def _path(plan: ClonePlan, target: str) -> str:
    """Return the search path of a run.

    The plan's texts say of every name which schema it is of, and leave out only the server's. The
    clone is in the path for the bodies of functions that a check, an index or a view calls, and
    the source behind it where those may need an extension's functions there.
    """
    if plan.by_path:
        return f"{ident(target)}, pg_catalog, pg_temp"
    behind = f", {ident(plan.source)}" if plan.extensions else ""
    return f"pg_catalog, {ident(target)}{behind}, pg_temp"


def _locks(plan: ClonePlan) -> list[str]:
    tables = ", ".join(f"ONLY {qualified(plan.source, table)}" for table in plan.tables)
    return [f"LOCK TABLE {tables} IN ACCESS SHARE MODE"] if tables else []


def _open(
    plan: ClonePlan,
    connection: "Connection[Any]",
    target: str,
    comment: str | None,
    *,
    check: bool,
    begun: bool = False,
) -> None:
    """Begin, and see that the source is what was compiled, in one round trip."""
    script = opening(plan, target, comment, begun=begun)
    after_locks = (0 if begun else 1) + len(_locks(plan))
    if check:
        script[after_locks:after_locks] = [
            "SET LOCAL search_path TO pg_catalog, pg_temp",
            stamp_query(plan.source),
        ]
    for number, result in enumerate(stream(connection, ";\n".join(script))):
        if check and number == after_locks + 1:
            values = (result.get_value(0, column) for column in range(result.nfields))
            ensure_current(plan, *(v.decode() if v is not None else None for v in values))


def ensure_current(plan: ClonePlan, oid: str | None, role: str | None, stamp: str | None) -> None:
    """See that the source is what the plan was compiled from, and that the same role runs it.

    Raises:
        SourceNotFound, PlanOutdated: it is not.
    """
    if oid is None:
        raise SourceNotFound(f"schema {plan.source!r} does not exist any more: check the name")
    if role != plan.role:
        raise PlanOutdated(
            f"role {plan.role!r} compiled this plan and {role!r} runs it:"
            " owners and rights would differ, compile it again as this role"
        )
    if stamp != plan.stamp:
        raise PlanOutdated(
            f"schema {plan.source!r} was redefined since the plan was compiled: compile it again"
        )


def _replay(
    plan: ClonePlan,
    statements: Sequence[Statement],
    connection: "Connection[Any]",
    target: str,
    report: CloneReport,
    progress: Progress | None,
) -> None:
    total, done = len(statements), 0
    whole = sum(_weight(item) for item in statements) or 1.0
    finished = 0.0
    for batch in _batches(statements):
        script = render([item.sql for item in batch], plan.source, target)
        with closing(stream(connection, script)) as results:
            for item in batch:
                try:
                    result = next(results)
                except psycopg.Error as error:
                    raise _Stopped(item, error) from error
                done += 1
                finished += _weight(item)
                if item.phase is Phase.ROWS:
                    copied = report.rows.get(item.identity, 0)
                    report.rows[item.identity] = copied + (result.command_tuples or 0)
                if progress is not None:
                    progress(Step(item, done, total, 100 * finished / whole))
            for _ in results:
                pass


def _weight(item: Statement) -> float:
    """The share of a statement in the whole: a constant for the catalog, and its megabytes."""
    return 1.0 + item.size / (1 << 18)


def _batches(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
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
