"""Brings a tenant's bakery forward: what was due since someone last looked happens now."""

from bisect import bisect_right
from collections import OrderedDict
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from psycopg import Connection, Error, errors, sql

from app.bakery.living.effects import apply
from app.bakery.living.events import Event
from app.bakery.living.stored_events import load_event
from app.bakery.living.tenant_rows import fetch_books, fetch_moment, write_books
from app.control.timelines import Timeline

log = structlog.get_logger(__name__)

PACE = timedelta(minutes=2)
"""How long a bakery stands still before it is brought forward again."""

REMEMBERED = 10_000
"""Tenants that a process remembers to have looked at."""

_BEGIN = sql.SQL("SAVEPOINT living")
_DONE = sql.SQL("RELEASE SAVEPOINT living")
_UNDO = sql.SQL("ROLLBACK TO SAVEPOINT living")


def bring_forward(connection: "Connection[Any]", timeline: Timeline, now: datetime) -> int:
    """Let the events happen that are due in the bakery on the connection's search path.

    It is part of the caller's transaction and never fails it: when a visitor's request has locked
    what an event needs, everything is left as it was. Return how many events happened.
    """
    connection.execute(_BEGIN)
    try:
        happened = _bring_forward(connection, timeline, now)
    except errors.LockNotAvailable:
        connection.execute(_UNDO)
        return 0
    except Error:
        connection.execute(_UNDO)
        log.exception("a bakery could not be brought forward", action="bring_forward_failed")
        return 0
    connection.execute(_DONE)
    return happened


def _bring_forward(connection: "Connection[Any]", timeline: Timeline, now: datetime) -> int:
    moment = fetch_moment(connection)
    if moment is None or now - moment < PACE:
        return 0
    due = [_event(timeline, place) for place in due_places(timeline, moment, now)]
    if not due:
        return 0
    books = fetch_books(connection, due)
    happened = sum(apply(books, event) for event in due)
    write_books(connection, books, due[-1].at)
    return happened


def due_places(timeline: Timeline, moment: datetime, now: datetime) -> range:
    """Return the places in the timeline of the events after `moment`, up to now."""
    return range(bisect_right(timeline.moments, moment), bisect_right(timeline.moments, now))


@lru_cache(maxsize=20_000)
def _event(timeline: Timeline, place: int) -> Event:
    """Read an event once a process: every bakery of a template has the same ones before it."""
    return load_event(timeline.values[place])


class Pace:
    """Remembers in this process when it last looked at each bakery: most reads cost nothing."""

    def __init__(self) -> None:
        self._looked: OrderedDict[UUID, float] = OrderedDict()
        self._lock = Lock()

    def is_due(self, tenant_id: UUID) -> bool:
        """Return True once in a while for each tenant."""
        moment = monotonic()
        with self._lock:
            last = self._looked.get(tenant_id)
            if last is not None and moment - last < PACE.total_seconds():
                return False
            self._looked[tenant_id] = moment
            self._looked.move_to_end(tenant_id)
            while len(self._looked) > REMEMBERED:
                self._looked.popitem(last=False)
        return True
