"""Replaces connections that are gone or have grown; pings only those that may be gone.

A ping before every use costs a round trip. But a server that ends a connection sends a message or
at least closes it, and either makes the socket readable. Only a connection whose socket is
readable, or that was idle for so long that it may have been lost silently, is pinged.
"""

import select
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

IDLE_SECONDS = 30.0
"""Firewalls drop connections that are not used, without a word to either end."""

_IDLE_SINCE = "idle since"
_USES = "uses"


def validate_on_checkout(engine: Engine) -> None:
    """Have an engine's pool replace connections that are gone, before they are used."""

    def mark_idle(_: Any, record: Any) -> None:
        record.info[_IDLE_SINCE] = monotonic()

    def check(connection: "psycopg.Connection[Any]", record: Any, _: Any) -> None:
        since = record.info.get(_IDLE_SINCE)
        if since is None or (
            monotonic() - since < IDLE_SECONDS and not _socket_readable(connection)
        ):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", mark_idle)
    event.listen(engine, "checkout", check)


def retire_after(engine: Engine, uses: int) -> None:
    """Have a connection replaced after so many uses: its backend caches every relation it used."""

    def retire(_: Any, record: Any) -> None:
        record.info[_USES] = record.info.get(_USES, 0) + 1
        if record.info[_USES] >= uses:
            record.invalidate(soft=True)

    event.listen(engine, "checkin", retire)


def _socket_readable(connection: "psycopg.Connection[Any]") -> bool:
    """Return True if the server has sent something, or closed, since the last answer."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
