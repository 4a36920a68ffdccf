"""Carries a table's rows from one connection to another, never through a file."""

import selectors
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, Error, pq
from psycopg.errors import error_from_result

from ..catalog.reading import ask
from ..errors import SchemaToolsError
from ..execution.wire import drain, flush, next_result, wait_for
from ..plan import Statement
from ..text import SOURCE, comma, compose, ident, qualified
from .sessions import transfer_query

CHUNK = 1 << 18
"""Bytes that are gathered before they are sent on; all that a copy keeps in memory, but for a row
that is longer."""

OnBytes = Callable[[int], None]
"""Is called with the number of bytes that were just sent on."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """The columns of a table that are copied, and whether in binary."""

    name: str
    columns: list[str] | None
    is_binary: bool

    @property
    def options(self) -> str:
        """The options of both COPYs."""
        return "WITH (FORMAT binary)" if self.is_binary else "WITH (FORMAT text)"

    def read_from(self, schema: str, item: Statement) -> str:
        """Return the COPY that reads the rows that a plan's statement would copy.

        Raises:
            SchemaToolsError: the statement does not say as expected which rows those are.
        """
        table = qualified(schema, self.name)
        _, found, condition = item.sql.partition(f" FROM ONLY {SOURCE}.{ident(self.name)}")
        if not found:
            raise SchemaToolsError(f"the rows of {self.name} are chosen unlike expected")
        if not condition:
            return f"COPY {table}{self._list()} TO STDOUT {self.options}"
        query = compose(
            "SELECT {columns} FROM ONLY {table}{condition}",
            columns=comma([ident(name) for name in self.columns or []]),
            table=table,
            condition=condition,
        )
        return f"COPY ({query}) TO STDOUT {self.options}"

    def write_to(self, schema: str) -> str:
        """Return the COPY that writes the rows."""
        return f"COPY {qualified(schema, self.name)}{self._list()} FROM STDIN {self.options}"

    def _list(self) -> str:
        return f" ({comma([ident(name) for name in self.columns])})" if self.columns else ""


def read_copied_tables(connection: "Connection[Any]", oid: int) -> dict[str, CopiedTable]:
    """Return how the rows of each table of a schema travel."""
    rows = ask(connection, transfer_query("tables"), {"schema": oid})
    return {name: CopiedTable(name, columns, binary) for name, columns, binary in rows}


def pipe(
    source: "Connection[Any]",
    read: str,
    target: "Connection[Any]",
    write: str,
    on_bytes: OnBytes | None = None,
) -> int:
    """Run both COPYs at once; gives the number of rows.

    Raises:
        psycopg.Error: of the side that failed; the other one is stopped.
    """
    ours, theirs = source.pgconn, target.pgconn
    try:
        _begin(source, read, pq.ExecStatus.COPY_OUT)
        _begin(target, write, pq.ExecStatus.COPY_IN)
        if _carry(ours, theirs, on_bytes):
            _finish(source)
            theirs.put_copy_end()
        return _finish(target)
    except BaseException:
        _stop(ours)
        _stop(theirs)
        raise


def _begin(connection: "Connection[Any]", statement: str, expected: pq.ExecStatus) -> None:
    pgconn = connection.pgconn
    pgconn.send_query(statement.encode(connection.info.encoding))
    flush(pgconn)
    result = next_result(pgconn)
    assert result is not None
    if result.status != expected:
        raise error_from_result(result, encoding=connection.info.encoding)


def _carry(source: pq.abc.PGconn, target: pq.abc.PGconn, on_bytes: OnBytes | None) -> bool:
    """Send on all that comes; false when the target has ended the copy and will say why."""
    waiting: list[Any] = []
    size = 0
    while True:
        length, row = source.get_copy_data(1)
        if length > 0:
            waiting.append(row)
            size += length
            if size < CHUNK:
                continue
        elif length == 0:
            if wait_for(source, selectors.EVENT_READ):
                source.consume_input()
            continue
        if waiting and not _send(target, b"".join(waiting)):
            return False
        if on_bytes is not None:
            on_bytes(size)
        waiting, size = [], 0
        if length < 0:
            return True


def _send(target: pq.abc.PGconn, data: bytes) -> bool:
    """Send data on; false when the server takes no more."""
    try:
        target.put_copy_data(data)
        flush(target)
    except Error:
        if target.status == pq.ConnStatus.BAD:
            raise
        return False
    return True


def _finish(connection: "Connection[Any]") -> int:
    """Read how a COPY ended; gives the number of rows."""
    pgconn = connection.pgconn
    rows = 0
    flush(pgconn)
    while (result := next_result(pgconn)) is not None:
        if result.status != pq.ExecStatus.COMMAND_OK:
            error = error_from_result(result, encoding=connection.info.encoding)
            drain(pgconn)
            raise error
        rows = result.command_tuples or 0
    return rows


def _stop(pgconn: pq.abc.PGconn) -> None:
    """End whatever a side is in the middle of, so that it can roll back."""
    with suppress(Error):
        pgconn.get_cancel().cancel()
        while True:
            if pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
                return
            result = next_result(pgconn)
            if result is None:
                return
            if result.status == pq.ExecStatus.COPY_IN:
                pgconn.put_copy_end(b"stopped")
                flush(pgconn)
            while result.status == pq.ExecStatus.COPY_OUT and _read_away(pgconn):
                pass


def _read_away(pgconn: pq.abc.PGconn) -> bool:
    """Throw away a row that still comes; false when none does."""
    length, _ = pgconn.get_copy_data(1)
    if length == 0 and wait_for(pgconn, selectors.EVENT_READ):
        pgconn.consume_input()
    return length >= 0
