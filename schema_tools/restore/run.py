"""Restores a clone's rows: one transaction, in proportion to what was changed."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg import Connection, pq, sql

from ..catalog.reading import ask, ensure_name, settings_query
from ..errors import PrivilegeMissing, SchemaToolsError, SourceNotFound
from ..mark import MARK
from .derived import refresh_views, restore_sequences
from .diff import Schemas, TableDiff, find_diffs, find_unequal
from .errors import DefinitionsDiffer, NotAClone, RestoreBlocked, RestoreFailed
from .metadata import SchemaMetadata, comma, fetch_all, query, read_details, read_metadata, use_path
from .obstacles import without_constraints, without_triggers
from .rows import RowRestorer


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore did.

    `compared` rows of the clone were held against the source's. Rows that a foreign key's action
    wrote are not counted. `constraints` were dropped and made again: see `restore_rows`.
    """

    source: str
    clone: str
    compared: int = 0
    updated: int = 0
    deleted: int = 0
    inserted: int = 0
    sequences: int = 0
    views: int = 0
    constraints: int = 0
    seconds: float = 0.0


def restore_rows(
    connection: "Connection[Any]",
    source: str,
    clone: str,
    *,
    lock_timeout: float = 2.0,
    check: "Callable[[Connection[Any]], None] | None" = None,
    compare_all: bool = False,
) -> RestoreReport:
    """Make the rows, sequence positions and materialised views of `clone` those of `source` again.

    Definitions are left alone: `verify` finds no difference afterwards if it found none right after
    the clone. All of it is one transaction, which proves the rows of every table that it wrote to
    before it commits.

    It takes `ACCESS SHARE` on the source's tables and `SHARE ROW EXCLUSIVE` on the clone's: readers
    go on, writers wait. Where no order of statements brings the rows back (foreign keys in a
    circle, values that were exchanged under a unique key), rows are copied again without the
    foreign keys from and to the tables that differ, which are then made again. Readers wait for
    that; so they do where a table that differs has rules, and for materialised views that are
    filled again.

    Rows that the clone's own transaction copied are not compared, unless a table of the source
    has rows that are no older than the clone. A transaction that wrote to the source while it was
    cloned, and ended after, goes unseen: give `compare_all` where that may have been.

    Args:
        connection: a connection of the clone's owner that is not in a transaction.
        source: the schema that was cloned.
        clone: its clone, made by this package.
        lock_timeout: seconds to wait for each lock.
        check: is called with the connection when both schemas are locked and nothing is written
            yet, with only the server's own names in the search path; what it raises is raised, and
            nothing has changed.
        compare_all: compare every row.

    Raises:
        NotAClone: `clone` is not marked as a clone of `source`.
        DefinitionsDiffer: a table, column or sequence is in one of them only.
        RestoreBlocked: a lock was not to be had; the message has the process id.
        RestoreFailed: the server refused a statement, or the rows are not the source's still.
        SourceNotFound, InvalidName, PrivilegeMissing: as they say.
        SchemaToolsError: the connection is in a transaction already.
    """
    started = time.perf_counter()
    for name in (source, clone):
        ensure_name(name)
    if connection.info.transaction_status not in (
        pq.TransactionStatus.IDLE,
        pq.TransactionStatus.UNKNOWN,
    ):
        raise SchemaToolsError("the connection is in a transaction: commit or roll back first")
    with _explained(connection, source, clone):
        with connection.transaction():
            tables = _fetch_tables(connection, source, clone)
        with connection.transaction():
            _lock(connection, lock_timeout, tables, source, clone)
            restore = _Restore.open(connection, source, clone)
            if tables != {
                (name, table) for name in (source, clone) for table in restore.metadata.lockable
            }:
                raise DefinitionsDiffer(f"{clone!r} or {source!r} was just redefined: try again")
            if check is not None:
                check(connection)
            report = restore.run(compare_all)
    return replace(report, seconds=time.perf_counter() - started)


@dataclass(frozen=True, slots=True)
class _Restore:
    """A restore in its transaction, with both schemas locked and read."""

    connection: "Connection[Any]"
    schemas: Schemas
    metadata: SchemaMetadata
    marked_by: str

    @classmethod
    def open(cls, connection: "Connection[Any]", source: str, clone: str) -> "_Restore":
        """Read the two schemas.

        Raises:
            NotAClone, SourceNotFound, DefinitionsDiffer: as they say.
        """
        connection.execute(settings_query(""))
        marked_by = _fetch_mark(connection, source, clone)
        metadata = read_metadata(connection, source, clone)
        return cls(connection, Schemas(source, clone), metadata, marked_by)

    def run(self, compare_all: bool) -> RestoreReport:
        """Restore the tables that differ, then what follows from them."""
        found = find_diffs(
            self.connection,
            self.metadata.tables,
            self.marked_by,
            compare_all=compare_all,
        )
        report = RestoreReport(
            self.schemas.source, self.schemas.clone, compared=sum(d.changed for d in found)
        )
        reached = self._with_details(found)
        use_path(self.connection, self.schemas.clone, self.schemas.source)
        diffs = [diff for diff in reached if diff.differs]
        # A table without a key is copied whole, so it is compared whole before.
        keyless = [diff for diff in diffs if not diff.table.key]
        unequal = find_unequal(self.connection, self.schemas, keyless)
        diffs = [diff for diff in diffs if diff.table.key or diff.table.name in unequal]
        if diffs:
            report = self._restore_tables(report, diffs, reached)
        return replace(
            report,
            sequences=restore_sequences(self.connection, self.metadata),
            views=refresh_views(self.connection, self.schemas, self.metadata),
        )

    def _with_details(self, found: Sequence[TableDiff]) -> list[TableDiff]:
        """Return the tables that differ and those that foreign keys' actions reach from them."""
        tables = self.metadata.reached_from([diff.table for diff in found if diff.differs])
        if not tables:
            return []
        details = read_details(self.connection, self.schemas.clone, tables)
        return [
            replace(diff, table=details[diff.table.name])
            for diff in found
            if diff.table.name in details
        ]

    def _restore_tables(
        self, report: RestoreReport, diffs: list[TableDiff], reached: list[TableDiff]
    ) -> RestoreReport:
        """Restore with foreign keys in force; where that will not do, without, in full.

        Raises:
            RestoreFailed: the rows are not the source's either way.
        """
        connection, clone = self.connection, self.schemas.clone
        tables = [diff.table for diff in reached]
        try:
            with connection.transaction():
                with without_triggers(connection, clone, tables):
                    done = self._in_place(report, diffs)
                self._ensure_equal(reached)
            return done
        except (psycopg.IntegrityError, RestoreFailed):
            reached = [diff.in_full() for diff in reached]
        with (
            without_triggers(connection, clone, tables),
            without_constraints(connection, clone, tables) as dropped,
        ):
            done = self._copy_again(report, reached)
        self._ensure_equal(reached)
        return replace(done, constraints=len(dropped))

    def _in_place(self, report: RestoreReport, diffs: Sequence[TableDiff]) -> RestoreReport:
        """Update, delete and insert: parents first where rows come, children where they go."""
        rows = RowRestorer(self.connection, self.schemas)
        self.connection.execute("SET CONSTRAINTS ALL DEFERRED")
        updated = sum(rows.update(diff) for diff in diffs)
        deleted = {diff.table.name: rows.delete(diff) for diff in reversed(diffs)}
        inserted = sum(
            rows.insert(diff.table)
            for diff in diffs
            if diff.rows - deleted[diff.table.name] != diff.source_rows
        )
        return replace(report, updated=updated, deleted=sum(deleted.values()), inserted=inserted)

    def _copy_again(self, report: RestoreReport, diffs: Sequence[TableDiff]) -> RestoreReport:
        """Delete every row that is not the source's, and copy those that are missing."""
        rows = RowRestorer(self.connection, self.schemas)
        deleted = sum(rows.delete(diff, unless_equal=True) for diff in diffs)
        inserted = sum(rows.insert(diff.table) for diff in diffs)
        return replace(report, updated=0, deleted=deleted, inserted=inserted)

    def _ensure_equal(self, diffs: Sequence[TableDiff]) -> None:
        if unequal := find_unequal(self.connection, self.schemas, diffs):
            raise RestoreFailed(
                f"the rows of {', '.join(unequal)} in {self.schemas.clone!r} are not those of"
                f" {self.schemas.source!r} still, and nothing was changed: make a new clone"
            )


def _fetch_mark(connection: "Connection[Any]", source: str, clone: str) -> str:
    """Return the transaction that marked `clone` as a clone of `source`."""
    marks = {
        mark.schema: mark for mark in fetch_all(connection, _Mark, "mark", schemas=[source, clone])
    }
    for schema in (source, clone):
        if schema not in marks:
            raise SourceNotFound(
                f"schema {schema!r} does not exist in database {connection.info.dbname!r}:"
                " check the name and the database"
            )
    mark = marks[clone].comment.rpartition("\n")[2]
    if not mark.startswith(f"{MARK}{source} "):
        raise NotAClone(
            f"schema {clone!r} does not carry the mark of a clone of {source!r} (a line of its"
            f" comment that begins {MARK + source!r}): its rows stay as they are"
        )
    return marks[clone].written_by


@dataclass(frozen=True, slots=True)
class _Mark:
    schema: str
    comment: str
    written_by: str


def _fetch_tables(connection: "Connection[Any]", *schemas: str) -> set[tuple[str, str]]:
    return set(ask(connection, query("names"), {"schemas": list(schemas)}))


def _lock(
    connection: "Connection[Any]",
    lock_timeout: float,
    tables: set[tuple[str, str]],
    source: str,
    clone: str,
) -> None:
    """Lock both schemas. The transaction takes its snapshot after it: none of this is a query."""
    timeout = sql.Literal(f"{round(lock_timeout * 1000)}ms")
    script = [
        sql.SQL("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
        sql.SQL("SET LOCAL lock_timeout = {}").format(timeout),
    ]
    for schema, mode in ((source, "ACCESS SHARE"), (clone, "SHARE ROW EXCLUSIVE")):
        names = [sql.Identifier(*table) for table in sorted(tables) if table[0] == schema]
        if names:
            only = comma([sql.SQL("ONLY {}").format(name) for name in names])
            script.append(sql.SQL("LOCK TABLE {} IN {} MODE").format(only, sql.SQL(mode)))
    connection.execute(sql.SQL("; ").join(script))


@contextmanager
def _explained(connection: "Connection[Any]", source: str, clone: str) -> Iterator[None]:
    """Tell the server's errors in this package's words."""
    try:
        yield
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
        raise RestoreBlocked(_blockers(connection, clone)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise PrivilegeMissing(
            f"the rows of {clone!r} cannot be restored as this role: {_first_line(error)}."
            f" Do it as the role that cloned {source!r}"
        ) from error
    except psycopg.OperationalError:
        raise  # the connection, not the rows
    except psycopg.Error as error:
        raise RestoreFailed(
            f"the rows of {clone!r} could not be restored, and nothing was changed:"
            f" {_first_line(error)}"
        ) from error


def _first_line(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error)


def _blockers(connection: "Connection[Any]", clone: str) -> str:
    rows = fetch_all(connection, _Blocker, "blockers", schema=clone)
    if not connection.autocommit:
        connection.rollback()
    who = "; ".join(f"pid {r.pid} ({r.application}): {r.query}" for r in rows)
    return f"schema {clone!r} is being written to: try again. Who held it: {who or 'gone by now'}"


@dataclass(frozen=True, slots=True)
class _Blocker:
    pid: int
    application: str
    query: str
