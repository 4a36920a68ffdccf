"""The gateway as the settings want it: limits, signatures, headers, and proxies in front."""

import atexit
from collections.abc import Callable
from wsgiref.types import WSGIApplication

from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings
from app.ops import DASHBOARD
from gateway import (
    Activity,
    Counters,
    FailedCredentials,
    Gateway,
    OpenRequests,
    Policy,
    Quota,
    RedisSessions,
    RedisWatch,
    RequestLimit,
    SessionRecord,
    Sessions,
    SessionTokens,
    TenantSigner,
    Verification,
)
from gateway.headers import SecurityHeaders

GATHER_SECONDS = 0.5
"""Requests are counted off the requests' own time, so often."""

MINUTE, DAY = 60, 86_400


def make_front(
    settings: Settings,
    app: WSGIApplication,
    redis: Redis,
    tokens: SessionTokens,
    find: Callable[[str], SessionRecord | None],
    watch: RedisWatch | None = None,
) -> WSGIApplication:
    """Put the gateway in front of an app, and what the settings ask for in front of the gateway.

    `find` asks the database for a session. Proxies that the settings trust are believed outermost,
    so that everything inside sees one address and one host.
    """
    watch = watch or RedisWatch()
    counters = Counters(redis, watch=watch)
    sessions = Sessions(RedisSessions(redis), find, watch=watch)
    activity = Activity(redis, watch=watch, every=GATHER_SECONDS)
    atexit.register(activity.flush)
    guards = (
        RequestLimit(
            counters,
            Quota(settings.gateway_requests_per_minute, MINUTE),
            Quota(settings.gateway_changes_per_session, DAY),
        ),
        OpenRequests(settings.gateway_open_requests),
    )
    failures = FailedCredentials(
        counters, Quota(settings.gateway_failures_per_minute, MINUTE), settings.jwt_secret
    )

    def make_gateway(behind: WSGIApplication) -> Gateway:
        return Gateway(
            behind,
            sessions=sessions,
            tokens=tokens,
            policy=Policy(),
            activity=activity,
            guards=guards,
            failures=failures,
        )

    front: WSGIApplication = make_gateway(app)
    keys = settings.signing_keys
    if keys:
        front = Verification(make_gateway, TenantSigner(keys), front)
    front = SecurityHeaders(front, origins=settings.cors, inline=[DASHBOARD])
    proxies = settings.trusted_proxies
    if proxies:
        front = ProxyFix(front, x_for=proxies, x_proto=proxies, x_host=proxies)
    return front
