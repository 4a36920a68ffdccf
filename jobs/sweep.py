"""What cleanup does to sessions: counts their requests, and ends those whose time is over."""

from collections.abc import Callable
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import text

from app.control import queries
from app.control.rows import session_view
from jobs.wiring import Wiring, announce

log = structlog.get_logger(__name__)

_COUNT = text(
    """
    UPDATE control.demo_sessions
       SET request_count = request_count + :requests, redis_populated = true,
           last_activity_at = greatest(last_activity_at, :last_at)
     WHERE id = :id
    """
)


def flush_activity(parts: Wiring) -> int | None:
    """Move the requests that were counted in Redis to Postgres. Returns the sessions counted.

    One at a time, under cleanup's lock; Redis forgets its counts after they are committed. While
    Redis is away the counts wait there, and the answer is None.
    """
    try:
        counts = parts.activity.drain()
        if counts:
            rows = [
                {"id": session, "requests": tally.requests, "last_at": tally.last_at}
                for session, tally in counts.items()
            ]
            with parts.engine.begin() as connection:
                connection.execute(_COUNT, rows)
            parts.activity.acknowledge()
    except RedisError as error:
        log.warning("activity not counted", action="activity_failed", error=type(error).__name__)
        return None
    return len(counts)


def release_expired(parts: Wiring, *, with_idle: bool) -> int:
    """End the sessions whose time is over and take their tenants out of use. Returns how many.

    Who is idle is known only when the requests were counted.
    """
    idle = {"idle_seconds": parts.settings.demo_idle_minutes * 60 if with_idle else 0}
    with parts.engine.begin() as connection:
        ended = [session_view(row) for row in connection.execute(queries.EXPIRE, idle)]
    announce(parts, ended)
    return len(ended)


def ask(dispatch: Callable[..., None], *args: Any, **options: Any) -> None:
    """Hand work over; without Redis the next cleanup does."""
    try:
        dispatch(*args, **options)
    except RedisError as error:
        log.warning("work not handed over", action="dispatch_failed", error=type(error).__name__)
