"""Sends many statements in one round trip and hears of each as it is done.

psycopg's `execute` takes several statements too, but when one fails it cannot say which. This talks
to libpq through psycopg's public wrapper (`psycopg.pq`) and counts the results instead.
"""

import selectors
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from psycopg import Connection, Error, OperationalError, pq
from psycopg.errors import error_from_result

_GOOD = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY)
_POLL_SECONDS = 1.0


def stream(connection: "Connection[Any]", script: str) -> "Generator[pq.abc.PGresult]":
    """Run a script of statements; gives the result of each.

    A caller that stops early has to close the iterator before it uses the connection again.

    Raises:
        psycopg.Error: a statement failed; what was given before tells which one it was.
    """
    pgconn = connection.pgconn
    pgconn.send_query(script.encode(connection.info.encoding))
    try:
        flush(pgconn)
        while (result := next_result(pgconn)) is not None:
            if result.status not in _GOOD:
                error = error_from_result(result, encoding=connection.info.encoding)
                drain(pgconn)
                raise error
            yield result
    except Error:
        raise
    except BaseException:
        # An interrupt: the server would work on, and the connection could not even roll back.
        with suppress(Error):
            pgconn.get_cancel().cancel()
            drain(pgconn)
        raise


def flush(pgconn: pq.abc.PGconn) -> None:
    """Send all of the script, reading what the server says meanwhile so that neither side waits."""
    while pgconn.flush():
        if wait_for(pgconn, selectors.EVENT_READ | selectors.EVENT_WRITE) & selectors.EVENT_READ:
            pgconn.consume_input()


def next_result(pgconn: pq.abc.PGconn) -> pq.abc.PGresult | None:
    """Wait for the next result; None when all have come."""
    while pgconn.is_busy():
        if wait_for(pgconn, selectors.EVENT_READ):
            pgconn.consume_input()
            if pgconn.status == pq.ConnStatus.BAD:
                raise OperationalError(pgconn.get_error_message())
    return pgconn.get_result()


def wait_for(pgconn: pq.abc.PGconn, events: int) -> int:
    """Wait for the socket, but not so long that an interrupt goes unheard; 0 when in vain."""
    with selectors.DefaultSelector() as selector:
        selector.register(pgconn.socket, events)
        ready = selector.select(_POLL_SECONDS)
    return ready[0][1] if ready else 0


def drain(pgconn: pq.abc.PGconn) -> None:
    """Read what is left, so that the connection can be used again."""
    while next_result(pgconn) is not None:
        pass
