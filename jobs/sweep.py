"""What cleanup does to sessions: counts their requests, and ends those whose time is over."""

from sqlalchemy import text

from app.control import queries
from app.control.rows import session_view
from jobs.wiring import Wiring, announce

_COUNT = text(
    """
    UPDATE control.demo_sessions
       SET request_count = request_count + :requests, redis_populated = true,
           last_activity_at = greatest(last_activity_at, :last_at)
     WHERE id = :id
    """
)


def flush_activity(parts: Wiring) -> int:
    """Move the requests that were counted in Redis to Postgres. Returns the sessions counted.

    One at a time, under cleanup's lock; Redis forgets its counts after they are committed.
    """
    counts = parts.activity.drain()
    if counts:
        rows = [
            {"id": session, "requests": tally.requests, "last_at": tally.last_at}
            for session, tally in counts.items()
        ]
        with parts.engine.begin() as connection:
            connection.execute(_COUNT, rows)
        parts.activity.acknowledge()
    return len(counts)


def release_expired(parts: Wiring) -> int:
    """End the sessions whose time is over and take their tenants out of use. Returns how many."""
    with parts.engine.begin() as connection:
        ended = [session_view(row) for row in connection.execute(queries.EXPIRE)]
    announce(parts, ended)
    return len(ended)
