"""Sends many statements in one round trip and hears of each as it is done.

psycopg's `execute` takes several statements too, but when one fails it cannot say which. This talks
to libpq through psycopg's public wrapper (`psycopg.pq`) and counts the results instead.
"""

import select
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from psycopg import Connection, Error, OperationalError, pq
from psycopg.errors import error_from_result

_GOOD = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY)
_POLL_SECONDS = 1.0


def stream(connection: "Connection[Any]", script: str) -> Iterator[int]:
    """Run a script of statements; gives the number of rows that each one touched.

    Raises:
        psycopg.Error: a statement failed; what was given before tells which one it was.
    """
    pgconn = connection.pgconn
    pgconn.send_query(script.encode())
    try:
        _flush(pgconn)
        while (result := _next_result(pgconn)) is not None:
            if result.status not in _GOOD:
                error = error_from_result(result, encoding="utf-8")
                _drain(pgconn)
                raise error
            yield result.command_tuples or 0
    except Error:
        raise
    except BaseException:
        # An interrupt: the server would work on, and the connection could not even roll back.
        with suppress(Error):
            pgconn.get_cancel().cancel()
            _drain(pgconn)
        raise


def _flush(pgconn: pq.abc.PGconn) -> None:
    """Send all of the script, reading what the server says meanwhile so that neither side waits."""
    while pgconn.flush():
        readable, _, _ = select.select([pgconn.socket], [pgconn.socket], [], _POLL_SECONDS)
        if readable:
            pgconn.consume_input()


def _next_result(pgconn: pq.abc.PGconn) -> pq.abc.PGresult | None:
    while pgconn.is_busy():
        readable, _, _ = select.select([pgconn.socket], [], [], _POLL_SECONDS)
        if readable:
            pgconn.consume_input()
            if pgconn.status == pq.ConnStatus.BAD:
                raise OperationalError(pgconn.get_error_message())
    return pgconn.get_result()


def _drain(pgconn: pq.abc.PGconn) -> None:
    while _next_result(pgconn) is not None:
        pass
