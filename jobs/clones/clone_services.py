"""What a clone works with: psycopg, Redis, and nothing that takes long to import."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Protocol

import psycopg
import structlog
from redis import Redis
from redis.exceptions import RedisError

from app.control.pool.cloned_tenants import ClonedTenants
from app.control.pool.progress import ProgressBoard
from app.http.metrics.measurements import Measurements
from app.settings.clone import CloneSettings, load_clone_settings
from gateway.redis.circuit_breaker import connect_redis
from gateway.sessions.store import RedisSessions
from jobs.clones.session_cache import GatewayCache, KnownSession

log = structlog.get_logger(__name__)

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('masa-madre job ' || %s, 0))"


class Publishing(Protocol):
    """What tells of sessions."""

    @property
    def cache(self) -> GatewayCache:
        """The gateway's store."""

    @property
    def measurements(self) -> Measurements:
        """The counts of all processes."""


class CloneParts(Publishing, Protocol):
    """What a clone needs; `JobServices` have it, too."""

    @property
    def settings(self) -> CloneSettings:
        """The settings."""

    @property
    def clones(self) -> ClonedTenants:
        """The tenants that are cloned."""

    @property
    def progress(self) -> ProgressBoard:
        """Where visitors see how far it is."""


@dataclass(frozen=True)
class CloneServices:
    """The parts, made once a process."""

    settings: CloneSettings
    clones: ClonedTenants
    cache: GatewayCache
    progress: ProgressBoard
    measurements: Measurements


def clone_services() -> CloneServices:
    """Return the services of this process, made once. A forked child makes its own."""
    return _services(load_clone_settings())


@cache
def _services(settings: CloneSettings) -> CloneServices:
    redis = Redis.from_url(settings.redis_url)
    store = RedisSessions(connect_redis(settings.redis_url), settings.jwt_secrets)
    return CloneServices(
        settings=settings,
        clones=ClonedTenants(settings.owner_url, settings.demo_session_duration_minutes * 60),
        cache=GatewayCache(store),
        progress=ProgressBoard(redis),
        measurements=Measurements(redis),
    )


def publish_served(services: Publishing, sessions: Sequence[KnownSession]) -> None:
    """Measure how long sessions waited that were served just now, and publish them."""
    for session in sessions:
        waited = (datetime.now(UTC) - session.created_at).total_seconds()
        services.measurements.observe("demo_session_wait_seconds", waited)
    publish_sessions(services, sessions)


def publish_sessions(services: Publishing, sessions: Sequence[KnownSession]) -> None:
    """Tell the gateway of sessions that changed outside a request.

    Without Redis it asks Postgres instead.
    """
    try:
        for session in sessions:
            if session.is_open:
                services.cache.put(session)
            else:
                services.cache.forget(session.session_id, wait=False)
    except RedisError as error:
        log.warning("sessions not published", action="cache_failed", error=type(error).__name__)


@contextmanager
def advisory_lock(database_url: str, name: str) -> Iterator[bool]:
    """Yield whether this process holds the lock of that name, until the block ends.

    It ends with the process; it is a transaction's, so that PgBouncer keeps two apart. Its
    connection is called so that it is not taken for one that works, such as a clone's.
    """
    with psycopg.connect(database_url, application_name=f"masa-madre lock {name}") as connection:
        row = connection.execute(TRY_LOCK, [name]).fetchone()
        yield row is not None and bool(row[0])
        connection.rollback()
