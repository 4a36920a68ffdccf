"""The services that a job works with: with `wsgi.py`, the place that joins app and gateway."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import psycopg
import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from app.clock import shift_clock
from app.config import Settings, load_settings
from app.control.pool.pending_clones import PendingClones
from app.control.pool.reopening import Reopening
from app.control.services import Services, make_services
from app.control.sessions.session_view import SessionView
from app.control.sharing.share_view import SharedSession
from app.database.engines import make_engine
from app.database.row_quota import RowQuota
from app.database.tenant_cache import TenantCache
from app.demo import demo_of
from app.http.job_health import JobHealth
from gateway import (
    Activity,
    RedisSessions,
    SessionRecord,
    SessionTokens,
    connect_redis,
    share_id,
)
from gateway.sessions.store import BELIEVE_FOR
from jobs.queue.dispatcher import RqDispatcher, make_clone_routing

log = structlog.get_logger(__name__)

RESETS_PER_CONNECTION = 20
"""A reset touches all of a tenant's relations, which a backend then remembers: a megabyte or more.
A new connection for every reset would take half as long again, or more."""

CLOCKS_DIFFER = timedelta(seconds=1)
"""How far the clocks of two web processes may be apart."""

RETRY_SECONDS = 0.2

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('masa-madre job ' || %s, 0))"


class GatewayCache:
    """The session service's view of the gateway's store of sessions."""

    def __init__(self, store: RedisSessions) -> None:
        self._store = store

    def put(self, session: SessionView, *, new: bool = False) -> None:
        """Make the session known to every gateway process; a `new` one if nothing is known of it.

        What is told late of a new session must not undo what happened meanwhile.
        """
        if new:
            self._store.refresh(session_record(session), as_of=session.read_at)
        else:
            self._store.put(session_record(session), as_of=session.read_at)

    def forget(self, session_id: str, *, wait: bool = True) -> None:
        """Have the session refused by every gateway process from the moment when this returns.

        A tombstone in Redis does that at once. Where it cannot be written, this waits until no
        process believes an older record any more; without `wait` it does not.

        Raises:
            RedisError: the tombstone was not written, within that time.
        """
        deadline = time.monotonic() + (BELIEVE_FOR + CLOCKS_DIFFER).total_seconds()
        while True:
            try:
                self._store.forget(session_id)
            except RedisError:
                if not wait or time.monotonic() >= deadline:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                return

    def find(self, session_id: str) -> SessionRecord | None:
        """What gateway processes find.

        Raises:
            SessionForgotten: the session was destroyed.
        """
        return self._store.get(session_id)


@dataclass(frozen=True)
class JobServices(Services):
    """Everything that a job needs, made once a process."""

    pending_clones: PendingClones
    cache: GatewayCache
    dispatcher: RqDispatcher
    activity: Activity
    reset_engine: Engine
    quota: RowQuota
    tenant_cache: TenantCache
    health: JobHealth
    reopening: Reopening


def session_record(session: SessionView) -> SessionRecord:
    """Return a session as the gateway knows it."""
    return SessionRecord(
        session_id=session.session_id,
        id=session.id,
        tenant_id=session.tenant_id,
        account_type=session.account_type,
        status=session.status.value,
        expires_at=session.expires_at,
    )


def guest_record(shared: SharedSession | None) -> SessionRecord | None:
    """Return a session as the gateway knows it by a share link; None without a link."""
    if shared is None:
        return None
    return replace(
        session_record(shared.session),
        session_id=share_id(shared.share),
        access=shared.access.value,
        status="destroyed" if shared.is_revoked else shared.session.status.value,
    )


def make_tokens(settings: Settings) -> SessionTokens:
    """Return what issues and reads session tokens."""
    return SessionTokens({_key_name(secret): secret for secret in settings.jwt_secrets})


def _key_name(secret: str) -> str:
    """Return what a token names its signing key by: a digest, the same in every process."""
    return hashlib.sha256(b"token key " + secret.encode()).hexdigest()[:12]


def make_store(settings: Settings, redis: Redis) -> RedisSessions:
    """Return the store of the gateway's session records."""
    return RedisSessions(redis, settings.jwt_secrets)


def make_dispatcher(settings: Settings, redis: Redis) -> RqDispatcher:
    """Return what hands out work, with the routing that the settings name."""
    return RqDispatcher(
        redis,
        make_clone_routing(settings),
        timeout=settings.clone_timeout_seconds,
        attempts=settings.clone_attempts,
    )


@cache
def job_services() -> JobServices:
    """Return the services of this process, made once. A forked child makes its own."""
    settings = load_settings()
    shift_clock(settings.demo_clock_shift_minutes)
    engine = make_engine(settings)
    redis = Redis.from_url(settings.redis_url)
    gateway_redis = connect_redis(settings.redis_url)  # gives up soon, as the gateway's own does
    dispatcher = make_dispatcher(settings, redis)
    return JobServices(
        **vars(make_services(settings, engine, redis)),
        pending_clones=PendingClones(engine),
        cache=GatewayCache(make_store(settings, gateway_redis)),
        dispatcher=dispatcher,
        activity=Activity(gateway_redis),
        reset_engine=make_engine(settings, uses=RESETS_PER_CONNECTION),
        quota=RowQuota(redis, settings.tenant_rows),
        tenant_cache=TenantCache(redis),
        health=JobHealth(redis),
        reopening=Reopening(
            engine,
            settings.tenant_url,
            settings.tenant_secrets,
            lambda: demo_of(settings).tables,
        ),
    )


def publish_served(services: JobServices, sessions: list[SessionView]) -> None:
    """Measure how long sessions waited that were served just now, and publish them."""
    for session in sessions:
        waited = (datetime.now(UTC) - session.created_at).total_seconds()
        services.measurements.observe("demo_session_wait_seconds", waited)
    publish_sessions(services, sessions)


def publish_sessions(services: JobServices, sessions: list[SessionView]) -> None:
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

    It ends with the process; it is a transaction's, so that PgBouncer keeps two apart.
    """
    with psycopg.connect(database_url, application_name=f"masa-madre {name}") as connection:
        row = connection.execute(TRY_LOCK, [name]).fetchone()
        yield row is not None and bool(row[0])
        connection.rollback()
