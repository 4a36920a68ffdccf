"""The sessions, clones, queues and errors of this moment."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError
from rq import Queue

from app.control import statistics
from app.control.pool.pool_sizing import PoolTarget, fetch_pool_targets
from app.control.services import Services
from app.insights.live.failures import Failure, RecentFailures
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights", "live")
MOST = 200
MOST_ACTIONS = 30


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue of jobs: how many wait, run and failed."""

    name: str
    waiting: int
    running: int
    failed: int


@dataclass(frozen=True, slots=True)
class Now:
    """All of it; without Redis there are no queues and no errors."""

    at: datetime
    sessions: list[dict[str, Any]]
    pool: list[PoolTarget]
    tenants: list[statistics.TenantCount]
    clones: list[dict[str, Any]]
    queues: list[QueueNow]
    failures: list[Failure]
    actions: list[Any]


def read_now(services: Services) -> Now:
    """Read it."""
    at = datetime.now(UTC)
    with services.engine.connect() as connection:
        sessions = connection.execute(_SQL["sessions_now"], {"most": MOST}).mappings().all()
        clones = connection.execute(_SQL["clones_now"], {"most": MOST}).mappings().all()
        actions = connection.execute(_SQL["actions"], {"most": MOST_ACTIONS}).all()
    return Now(
        at=at,
        sessions=[
            {**row, "left": max(0, round((row["expires_at"] - at).total_seconds()))}
            for row in sessions
        ],
        pool=fetch_pool_targets(services.engine, services.settings),
        tenants=statistics.tenant_counts(services.engine),
        clones=[{**row, "progress": services.progress.read(row["id"])} for row in clones],
        queues=_queues(services),
        failures=RecentFailures(services.redis).newest(),
        actions=list(actions),
    )


def _queues(services: Services) -> list[QueueNow]:
    with suppress(RedisError, OSError):
        return [
            QueueNow(
                queue.name,
                queue.count,
                queue.started_job_registry.get_job_count(cleanup=False),
                queue.failed_job_registry.get_job_count(cleanup=False),
            )
            for queue in sorted(Queue.all(services.redis), key=lambda each: each.name)[:50]
        ]
    return []
