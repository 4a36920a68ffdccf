"""Figures about all sessions there ever were, those whose rows are purged included."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

TOTALS = text(
    """
    WITH figures AS (
        SELECT count(*) AS total,
               count(*) FILTER (WHERE status = 'pending') AS pending,
               count(*) FILTER (WHERE status = 'active' AND expires_at > now()) AS active,
               count(*) FILTER (WHERE metadata ->> 'ended_by' IN ('clock', 'idle')
                   OR (status IN ('pending', 'active') AND expires_at <= now())) AS expired,
               count(*) FILTER (WHERE status = 'destroyed'
                   AND coalesce(metadata ->> 'ended_by', '') NOT IN ('clock', 'idle')) AS destroyed,
               count(*) FILTER (WHERE status = 'failed') AS failed,
               coalesce(sum(request_count), 0) AS requests,
               coalesce(sum(EXTRACT(epoch FROM
                   least(destroyed_at, expires_at, now()) - created_at)), 0) AS seconds
          FROM control.demo_sessions
        UNION ALL
        SELECT coalesce(sum(sessions), 0), 0, 0, coalesce(sum(expired), 0),
               coalesce(sum(destroyed), 0), coalesce(sum(failed), 0), coalesce(sum(requests), 0),
               coalesce(sum(duration_seconds), 0)
          FROM control.session_statistics
    )
    SELECT sum(total)::bigint AS total_sessions, sum(pending)::bigint AS pending_sessions,
           sum(active)::bigint AS active_sessions, sum(expired)::bigint AS expired_sessions,
           sum(destroyed)::bigint AS destroyed_sessions, sum(failed)::bigint AS failed_sessions,
           round(coalesce(sum(seconds) / nullif(sum(total), 0), 0)::numeric / 60, 2)::float8
               AS avg_duration_minutes,
           sum(requests)::bigint AS total_requests
      FROM figures
    """
)

FOLD = text(
    """
    WITH gone AS (
        DELETE FROM control.demo_sessions
         WHERE status IN ('destroyed', 'failed')
           AND destroyed_at < now() - make_interval(secs => :retention)
        RETURNING *
    )
    INSERT INTO control.session_statistics AS kept
           (day, demo_account_type, sessions, expired, destroyed, failed, requests,
            duration_seconds)
    SELECT (created_at AT TIME ZONE 'UTC')::date, demo_account_type, count(*),
           count(*) FILTER (WHERE metadata ->> 'ended_by' IN ('clock', 'idle')),
           count(*) FILTER (WHERE status = 'destroyed'
                              AND coalesce(metadata ->> 'ended_by', '') NOT IN ('clock', 'idle')),
           count(*) FILTER (WHERE status = 'failed'), sum(request_count),
           sum(EXTRACT(epoch FROM least(destroyed_at, expires_at) - created_at))
      FROM gone GROUP BY 1, 2
    ON CONFLICT (day, demo_account_type) DO UPDATE
       SET sessions = kept.sessions + excluded.sessions,
           expired = kept.expired + excluded.expired,
           destroyed = kept.destroyed + excluded.destroyed,
           failed = kept.failed + excluded.failed,
           requests = kept.requests + excluded.requests,
           duration_seconds = kept.duration_seconds + excluded.duration_seconds
    RETURNING sessions
    """
)
"""Delete the rows of sessions that ended long ago, and keep their figures, in one statement."""

TENANT_COUNTS = text(
    """
    SELECT account_type, state::text AS state, count(*) AS tenants
      FROM control.tenants WHERE is_demo GROUP BY 1, 2 ORDER BY 1, 2
    """
)


@dataclass(frozen=True, slots=True)
class TenantCount:
    """How many demo tenants of an account type are in a state."""

    account_type: str
    state: str
    tenants: int


def totals(engine: Engine) -> dict[str, Any]:
    """The figures of `GET /api/demo/stats`; durations in minutes."""
    with engine.connect() as connection:
        return dict(connection.execute(TOTALS).one()._mapping)


def tenant_counts(engine: Engine) -> list[TenantCount]:
    """Demo tenants by account type and state."""
    with engine.connect() as connection:
        return [TenantCount(*row) for row in connection.execute(TENANT_COUNTS)]


def purge(engine: Engine, retention_days: float) -> int:
    """Delete session rows that ended longer ago; their figures stay. Returns the days touched."""
    with engine.begin() as connection:
        return len(connection.execute(FOLD, {"retention": retention_days * 86400}).all())
