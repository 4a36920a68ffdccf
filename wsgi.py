"""The web server's application: the gateway in front of the Flask app."""

import atexit
from wsgiref.types import WSGIApplication, WSGIEnvironment

from apiflask import APIFlask
from click import get_current_context
from werkzeug.middleware.proxy_fix import ProxyFix

from app import create_app
from app.control.operators.cli import make_group
from app.control.services import KEY, ControlServices
from app.control.sessions.accounts import CHECKS_AT_ONCE
from app.database.startup_checks import (
    retire_unopenable_on_startup,
    warn_of_closed_templates,
    warn_of_rights,
)
from app.demo import Demo, demo_of
from app.http.error_pages import find_error_page
from app.http.health import redis_failures
from app.http.metrics.request_times import RequestTimes
from app.ops.doctor import add_checks
from app.ops.routes import DASHBOARD
from app.settings.table import Settings, load_settings
from app.tracing import TracedRequests, init_tracing, is_tracing
from gateway import (
    IDENTIFIED_KEY,
    Activity,
    Counters,
    CreationLimit,
    FailedCredentials,
    Gateway,
    NamedLimits,
    OpenLogins,
    OpenRequests,
    Policy,
    Quota,
    RedisCircuitBreaker,
    RedisSessions,
    Refusal,
    RequestLimit,
    SessionRecord,
    Sessions,
    SessionTokens,
    TenantSigner,
    Verification,
    connect_redis,
    is_share_id,
    share_in,
)
from gateway.http.security_headers import SecurityHeaders
from jobs import checks, tasks
from jobs.queue.background_tasks import BackgroundTasks
from jobs.services import (
    GatewayCache,
    guest_record,
    make_dispatcher,
    make_store,
    make_tokens,
    session_record,
)

GATHER_SECONDS = 0.5
"""Requests are counted off the requests' own time, so often."""

MINUTE, HOUR, DAY = 60, 3600, 86_400

SHARES_PER_MINUTE = 10
"""Share links that a session asks for in a minute, those that it does not get included."""


def build(settings: Settings) -> tuple[WSGIApplication, APIFlask]:
    """Join gateway and app; gives both: the command line has no use for a gateway."""
    redis, tokens = connect_redis(settings.redis_url), make_tokens(settings)
    store, demo = make_store(settings, redis), demo_of(settings)
    app = create_app(
        settings,
        demo=demo,
        redis=redis,
        cache=GatewayCache(store),
        tokens=tokens,
        dispatcher=make_dispatcher(settings, redis),
        background_tasks=BackgroundTasks(),
    )
    add_checks(app, checks.CHECKS)
    app.cli.add_command(make_group(tasks, demo.account_types, checks.CHECKS))
    if get_current_context(silent=True) is None:  # a command line may not have every secret
        warn_of_rights(app)
        retire_unopenable_on_startup(app, settings.tenant_secrets)
        warn_of_closed_templates(app)
    gateway = make_gateway(settings, demo, app, store, tokens)
    measurements = app.extensions[KEY].measurements
    atexit.register(measurements.flush)
    front: WSGIApplication = RequestTimes(protect(settings, gateway), measurements)
    init_tracing(settings.otel_exporter_otlp_endpoint, "web")
    return TracedRequests(front) if is_tracing() else front, app


def make_gateway(
    settings: Settings, demo: Demo, app: APIFlask, store: RedisSessions, tokens: SessionTokens
) -> Gateway:
    """Build the gateway in front of the app; both use one client of Redis."""
    services: ControlServices = app.extensions[KEY]
    breaker = RedisCircuitBreaker(redis_failures(app).count)
    counters = Counters(services.redis, breaker=breaker)
    activity = Activity(services.redis, breaker=breaker, every=GATHER_SECONDS)
    atexit.register(activity.flush)
    named = {
        "resets": Quota(settings.gateway_resets_per_minute, MINUTE),
        "extensions": Quota(settings.gateway_extensions_per_minute, MINUTE),
        "status": Quota(settings.gateway_status_per_minute, MINUTE),
        "contacts": Quota(settings.gateway_contacts_per_hour, HOUR),
        "anonymous": Quota(settings.gateway_anonymous_per_minute, MINUTE),
        "shares": Quota(SHARES_PER_MINUTE, MINUTE),
    }
    secret = settings.jwt_secret

    def in_postgres(session_id: str) -> SessionRecord | None:
        if is_share_id(session_id):
            return guest_record(services.shares.find(share_in(session_id)))
        session = services.sessions.find(session_id)
        return None if session is None else session_record(session)

    return Gateway(
        app,
        sessions=Sessions(store, in_postgres, breaker=breaker),
        tokens=tokens,
        policy=Policy.from_files(*demo.policies),
        activity=activity,
        guards=(
            RequestLimit(
                counters,
                Quota(settings.gateway_requests_per_minute, MINUTE),
                Quota(settings.gateway_changes_per_session, DAY),
            ),
            OpenRequests(settings.gateway_open_requests),
        ),
        creations=CreationLimit(counters, Quota(*settings.creations), secret),
        failures=FailedCredentials(
            counters, Quota(settings.gateway_failures_per_minute, MINUTE), secret
        ),
        limits=NamedLimits(counters, named, secret, by_address=["contacts"]),
        logins=OpenLogins(CHECKS_AT_ONCE),
        pages=lambda refusal, environ: _page(app, refusal, environ),
    )


def _page(app: APIFlask, refusal: Refusal, environ: WSGIEnvironment) -> WSGIApplication | None:
    """Count a refusal, and return its page, for a client that prefers one."""
    services: ControlServices = app.extensions[KEY]
    services.measurements.count("demo_gateway_refusals", refusal.code)
    services.refusals.record(refusal.code, environ, environ.get(IDENTIFIED_KEY))
    after = refusal.retry_after
    headers = {} if after is None else {"Retry-After": str(after)}
    return find_error_page(app, environ, refusal.status, refusal.code, refusal.detail, headers)


def protect(settings: Settings, gateway: Gateway) -> WSGIApplication:
    """Put around the gateway what the settings ask for.

    Proxies that they trust are believed outermost, so that everything inside sees one address and
    one host.
    """
    front: WSGIApplication = gateway
    if keys := settings.signing_keys:
        front = Verification(gateway, TenantSigner(keys), front, proxy=settings.gateway_proxy)
    front = SecurityHeaders(front, origins=settings.cors, inline=[DASHBOARD])
    if proxies := settings.trusted_proxies:
        front = ProxyFix(front, x_for=proxies, x_proto=proxies, x_host=proxies)
    return front


application, app = build(load_settings())
