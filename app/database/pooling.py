"""Hands out no connection that is gone or has grown, and asks only about those that may be gone.

A ping before every use costs a round trip. But a server that ends a connection says so, or at
least closes it, and either can be seen at the socket without asking. Only a connection that has
something to tell, or that rested for so long that it may have been lost without a word, is pinged.
"""

import select
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

REST_SECONDS = 30.0
"""Firewalls forget connections that nobody uses, and tell nobody."""

_RESTS_SINCE = "rests since"
_USES = "uses"


def validate_on_checkout(engine: Engine) -> None:
    """Have an engine's pool replace connections that are gone, before anybody gets them."""

    def rest(_: Any, record: Any) -> None:
        record.info[_RESTS_SINCE] = monotonic()

    def check(connection: "psycopg.Connection[Any]", record: Any, _: Any) -> None:
        since = record.info.get(_RESTS_SINCE)
        if since is None or (
            monotonic() - since < REST_SECONDS and not _socket_readable(connection)
        ):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", rest)
    event.listen(engine, "checkout", check)


def retire_after(engine: Engine, uses: int) -> None:
    """Have a connection replaced after so many uses: its backend remembers whatever it saw."""

    def retire(_: Any, record: Any) -> None:
        record.info[_USES] = record.info.get(_USES, 0) + 1
        if record.info[_USES] >= uses:
            record.invalidate(soft=True)

    event.listen(engine, "checkin", retire)


def _socket_readable(connection: "psycopg.Connection[Any]") -> bool:
    """Whether something came, or the end, while nothing was asked."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
