"""The services that a job works with: with `wsgi.py`, the place that joins app and gateway."""

import hashlib
from dataclasses import dataclass, replace
from functools import cache

import structlog
from redis import Redis
from sqlalchemy import Engine

from app.clock import shift_clock
from app.control.pool.cloned_tenants import ClonedTenants
from app.control.pool.pending_clones import PendingClones
from app.control.pool.reopening import Reopening
from app.control.services import Services, make_services
from app.control.sharing.share_view import SharedSession
from app.database.engines import make_engine
from app.database.row_quota import RowQuota
from app.database.tenant_cache import TenantCache
from app.demo import demo_of
from app.http.job_health import JobHealth
from app.settings.table import Settings, load_settings
from gateway import (
    Activity,
    RedisSessions,
    SessionRecord,
    SessionTokens,
    connect_redis,
    share_id,
)
from jobs.clones.clone_services import advisory_lock as advisory_lock
from jobs.clones.clone_services import publish_served as publish_served
from jobs.clones.clone_services import publish_sessions as publish_sessions
from jobs.clones.session_cache import GatewayCache as GatewayCache
from jobs.clones.session_cache import session_record as session_record
from jobs.queue.dispatcher import RqDispatcher, make_clone_routing

log = structlog.get_logger(__name__)

RESETS_PER_CONNECTION = 20
"""A reset touches all of a tenant's relations, which a backend then remembers: a megabyte or more.
A new connection for every reset would take half as long again, or more."""


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
    clones: ClonedTenants


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
        clones=ClonedTenants(settings.owner_url, settings.demo_session_duration_minutes * 60),
        reopening=Reopening(
            engine,
            settings.tenant_url,
            settings.tenant_secrets,
            lambda: demo_of(settings).tables,
        ),
    )
