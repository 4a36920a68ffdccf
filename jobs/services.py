"""The services that a job works with: with `wsgi.py`, the place that joins app and gateway."""

import hashlib
from dataclasses import dataclass
from functools import cache

import structlog
from redis import Redis
from redis.exceptions import RedisError

from app.config import Settings, load_settings
from app.control.pool.pending_clones import PendingClones
from app.control.services import Services, make_services
from app.control.sessions.session_view import SessionView
from app.database.engines import make_engine
from gateway import Activity, RedisSessions, SessionRecord, SessionTokens, connect_redis
from jobs.clones.routing import make_clone_routing
from jobs.queue.dispatcher import RqDispatcher

log = structlog.get_logger(__name__)


class GatewayCache:
    """The session service's view of the gateway's store of sessions."""

    def __init__(self, store: RedisSessions) -> None:
        self._store = store

    def put(self, session: SessionView, *, new: bool = False) -> None:
        """Make the session known to every gateway process; a `new` one if nothing is known of it.

        What is told late of a new session must not undo what happened meanwhile.
        """
        if new:
            self._store.refresh(session_record(session))
        else:
            self._store.put(session_record(session))

    def forget(self, session_id: str) -> None:
        """Have the session refused by every gateway process."""
        self._store.forget(session_id)

    def find(self, session_id: str) -> SessionRecord | None:
        """What gateway processes find.

        Raises:
            SessionForgotten: the session was destroyed.
        """
        return self._store.get(session_id)


@dataclass(frozen=True)
class JobServices(Services):
    """Everything that a job needs, made once a process."""

    orders: PendingClones
    cache: GatewayCache
    dispatcher: RqDispatcher
    activity: Activity


def session_record(session: SessionView) -> SessionRecord:
    """A session as the gateway knows it."""
    return SessionRecord(
        session_id=session.session_id,
        id=session.id,
        tenant_id=session.tenant_id,
        account_type=session.account_type,
        status=session.status.value,
        expires_at=session.expires_at,
    )


def make_tokens(settings: Settings) -> SessionTokens:
    """What issues and reads session tokens."""
    return SessionTokens({_key_name(secret): secret for secret in settings.jwt_secrets})


def _key_name(secret: str) -> str:
    """What a token says of the key that it was signed with: a digest, the same everywhere."""
    return hashlib.sha256(b"token key " + secret.encode()).hexdigest()[:12]


def make_cache(settings: Settings) -> GatewayCache:
    """The gateway's store, for those who change sessions."""
    return GatewayCache(make_store(settings, connect_redis(settings.redis_url)))


def make_store(settings: Settings, redis: Redis) -> RedisSessions:
    """Where the gateway's records of sessions are."""
    return RedisSessions(redis, settings.jwt_secrets)


def make_dispatcher(settings: Settings, redis: Redis) -> RqDispatcher:
    """What hands out work, by the launcher that the settings name."""
    return RqDispatcher(
        redis,
        make_clone_routing(settings),
        timeout=settings.clone_timeout_seconds,
        attempts=settings.clone_attempts,
    )


@cache
def job_services() -> JobServices:
    """The services that this process works with. A forked child makes its own."""
    settings = load_settings()
    engine = make_engine(settings)
    redis = Redis.from_url(settings.redis_url)
    cache = make_cache(settings)
    dispatcher = make_dispatcher(settings, redis)
    return JobServices(
        **vars(make_services(settings, engine, redis)),
        orders=PendingClones(engine),
        cache=cache,
        dispatcher=dispatcher,
        activity=Activity(connect_redis(settings.redis_url)),
    )


def publish_sessions(services: JobServices, sessions: list[SessionView]) -> None:
    """Tell the gateway of sessions that changed outside a request; without Redis it asks."""
    try:
        for session in sessions:
            if session.is_open:
                services.cache.put(session)
            else:
                services.cache.forget(session.session_id)
    except RedisError as error:
        log.warning("sessions not announced", action="cache_failed", error=type(error).__name__)
