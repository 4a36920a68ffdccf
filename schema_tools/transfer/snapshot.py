"""One state of the source that all connections of a transfer read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from ..catalog.reading import ask, fetch_schema_oid, stamp_query
from ..execution.executor import ensure_current
from ..execution.selection import SLICE, make_notes
from ..plan import ClonePlan
from ..text import literal, qualified
from .carried import read_positions
from .copying import CopiedTable, pipe, read_copied_tables
from .requirements import Members, read_members
from .sessions import take_on

_BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_PATH = "pg_catalog, pg_temp"


@dataclass(frozen=True)
class Snapshot:
    """What a transfer knows of its source, and the snapshot's name for other connections."""

    connection: "Connection[Any]"
    name: str
    role: str
    members: Members
    tables: dict[str, CopiedTable]
    positions: dict[str, tuple[str, str]]
    chosen: bool

    @property
    def database(self) -> str:
        """The name of the source's database."""
        return self.connection.info.dbname

    def join(self, connection: "Connection[Any]") -> None:
        """Begin a transaction of another connection that reads the same state.

        A temporary table is seen by one connection only, so each gets a copy of the noted rows.
        """
        connection.execute("BEGIN")
        connection.execute(_BEGIN)
        connection.execute(f"SET TRANSACTION SNAPSHOT {literal(self.name)}".encode())
        take_on(connection, self.role, _PATH)
        if self.chosen:
            make_notes(connection)
            pipe(self.connection, f"COPY {SLICE} TO STDOUT", connection, f"COPY {SLICE} FROM STDIN")
            connection.execute(f"ANALYZE {SLICE}".encode())
        connection.execute("SET TRANSACTION READ ONLY")


@contextmanager
def open_snapshot(
    plan: ClonePlan, source: "Connection[Any]", *, check: bool, chosen: bool = False
) -> Iterator[Snapshot]:
    """Lock the source's tables as a clone does, then read one state of them to the end.

    With `chosen` the transaction may write, for the rows to copy are noted in a temporary table.

    Raises:
        PlanOutdated, SourceNotFound: the source is not what was compiled.
    """
    with source.transaction(force_rollback=True):
        source.execute(_BEGIN)
        if plan.tables:
            tables = ", ".join(f"ONLY {qualified(plan.source, table)}" for table in plan.tables)
            source.execute(f"LOCK TABLE {tables} IN ACCESS SHARE MODE".encode())
        take_on(source, plan.role, _PATH)
        if check:
            ensure_current(plan, *ask(source, stamp_query(plan.source))[0])
        oid = fetch_schema_oid(source, plan.source)
        ((name,),) = ask(source, "SELECT pg_export_snapshot()")
        if not chosen:
            source.execute("SET TRANSACTION READ ONLY")
        yield Snapshot(
            source,
            name,
            plan.role,
            read_members(source, oid),
            read_copied_tables(source, oid),
            read_positions(source, plan.source, plan.statements),
            chosen,
        )
