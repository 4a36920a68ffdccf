"""Runs a plan's statements on the other side, and copies the rows that they are about."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from threading import Lock
from typing import Any

import psycopg
from psycopg import Connection, errors

from ..errors import CloneFailed, PrivilegeMissing, TargetExists
from ..execution.executor import CloneReport, Progress, Step
from ..execution.explain import message_of
from ..execution.wire import stream
from ..mark import MARK, with_mark
from ..plan import STATISTICS, ClonePlan, Phase, Statement, render
from ..text import ident, literal
from .carried import carry_statistics, is_carried_statistics, set_position
from .copying import pipe
from .lanes import Lane
from .sessions import path_for, take_on
from .snapshot import Snapshot

BATCH = 250
"""Statements that go in one round trip."""


class Player:
    """What all connections of one transfer share."""

    def __init__(
        self,
        plan: ClonePlan,
        snapshot: Snapshot,
        extensions_in: str,
        *,
        statistics: bool,
        progress: Progress | None = None,
        comment: str | None = None,
    ) -> None:
        self.plan = plan
        self.snapshot = snapshot
        self.report = CloneReport(plan.source, "", plan.fingerprint)
        self._extensions_in = extensions_in
        self._statistics = statistics
        self._comment = f" {comment}" if comment else ""
        self._progress = progress
        self._lock = Lock()
        self._done = 0
        self._finished = 0.0
        self._whole = sum(_weight(item) for item in plan.statements) or 1.0

    @property
    def origin(self) -> str:
        """How marks name the source: no schema of the target's database is called so."""
        return f"{MARK}{ident(self.snapshot.database)}.{ident(self.plan.source)}"

    def begin(self, target: "Connection[Any]", name: str) -> None:
        """Take on the settings of a run, in a transaction that has just begun."""
        take_on(target, self.plan.role, path_for(self.plan, name, self._extensions_in))

    def make_schema(self, target: "Connection[Any]", name: str, mark: str | None = None) -> None:
        """Make the schema, empty, with its mark."""
        target.execute(f"CREATE SCHEMA {ident(name)}".encode())
        self.comment_on(target, name, mark)

    def comment_on(self, target: "Connection[Any]", name: str, mark: str | None = None) -> None:
        """Give the schema its comment."""
        final = f"{self.origin} {self.plan.fingerprint[:16]}{self._comment}"
        text = mark or with_mark(self.plan.comment, final)
        target.execute(f"COMMENT ON SCHEMA {ident(name)} IS {literal(text)}".encode())

    def play(self, target: "Connection[Any]", items: Sequence[Statement], name: str) -> None:
        """Run statements; none of them copies rows."""
        waiting = iter(items)
        while batch := list(islice(waiting, BATCH)):
            texts = [self._text(item, name) for item in batch]
            with closing(stream(target, ";".join(texts))) as results:
                for number, item in enumerate(batch):
                    with failure_of(item, texts if number == 0 else (), batch):
                        next(results)
                    self._tell(item)
                for _ in results:
                    pass
            for item in batch:
                if self._statistics and is_carried_statistics(item) and item.identity == "columns":
                    with failure_of(item):
                        oid = self.snapshot.members.schema
                        carry_statistics(self.plan, self.snapshot.connection, oid, target, name)

    def play_definitions(self, target: "Connection[Any]", name: str) -> None:
        """Run all statements but those that copy rows."""
        self.play(target, [i for i in self.plan.statements if i.phase is not Phase.ROWS], name)

    def copy(self, lane: Lane, item: Statement, name: str) -> None:
        """Copy the rows of one table."""
        table = self.snapshot.tables[item.identity]
        sent = 0

        def on_bytes(size: int) -> None:
            nonlocal sent
            sent += size
            if self._progress is not None and sent < item.size:
                with self._lock:
                    self._show(item, sent / item.size * (_weight(item) - 1))

        with failure_of(item):
            rows = pipe(
                lane.source,
                table.read_from(self.plan.source, item),
                lane.target,
                table.write_to(name),
                on_bytes,
            )
        self.report.rows[item.identity] = rows
        self._tell(item)

    def render(self, sql: str, name: str) -> str:
        """Fill the holes of a statement: what extensions own is in their schema over there."""
        return render([sql], self._extensions_in, name)

    def _text(self, item: Statement, name: str) -> str:
        if item.phase is Phase.POSITIONS:
            return set_position(name, item.identity, self.snapshot.positions[item.identity])
        if item.kind == STATISTICS and (not self._statistics or is_carried_statistics(item)):
            return "SELECT"
        return self.render(item.sql, name)

    def _tell(self, item: Statement) -> None:
        with self._lock:
            self._done += 1
            self._finished += _weight(item)
            if self._progress is not None:
                self._show(item, 0.0)

    def _show(self, item: Statement, more: float) -> None:
        assert self._progress is not None
        percent = 100 * (self._finished + more) / self._whole
        self._progress(Step(item, self._done, len(self.plan.statements), percent))


class Stopped(Exception):
    """A statement failed."""

    def __init__(self, item: Statement, error: psycopg.Error) -> None:
        super().__init__(item.identity)
        self.item = item
        self.error = error


@contextmanager
def failure_of(
    item: Statement, texts: Sequence[str] = (), batch: Sequence[Statement] = ()
) -> Iterator[None]:
    """Note which statement an error came from.

    The server reads all `texts` of a batch before it runs the first: what it cannot read is told by
    its position.
    """
    try:
        yield
    except errors.SyntaxError as error:
        left = int(error.diag.statement_position or 0)
        for text, statement in zip(texts, batch, strict=False):
            left -= len(text) + 1
            if left <= 0:
                raise Stopped(statement, error) from error
        raise Stopped(item, error) from error
    except psycopg.Error as error:
        raise Stopped(item, error) from error


@contextmanager
def errors_told(plan: ClonePlan, name: str) -> Iterator[None]:
    """Raise the server's errors as ours."""
    try:
        yield
    except Stopped as stopped:
        what = f"{stopped.item.kind} {stopped.item.identity}"
        raise _told(stopped.error, what, name) from stopped.error
    except psycopg.Error as error:
        raise _told(error, f"cloning {plan.source!r} into {name!r}", name) from error


def _told(error: psycopg.Error, what: str, name: str) -> Exception:
    if isinstance(error, errors.DuplicateSchema):
        return TargetExists(f"schema {name!r} exists already: drop it or choose another name")
    if isinstance(error, errors.InsufficientPrivilege):
        return PrivilegeMissing(f"{what}: {message_of(error)}: nothing was left behind")
    return CloneFailed(f"{what} failed: {message_of(error)}. Nothing was left behind")


def _weight(item: Statement) -> float:
    """The share of a statement in the whole, as in a clone within one database."""
    return 1.0 + item.size / (1 << 18)
