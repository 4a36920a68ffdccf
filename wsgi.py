"""The web server's application: the gateway in front of the Flask app."""

from datetime import UTC, datetime

from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix

from app import create_app
from app.config import Settings, load_settings
from app.control.extension import KEY
from gateway import Activity, Gateway, Policy, RedisSessions, RedisWatch, Sessions, connect_redis
from gateway.records import SessionRecord
from jobs.wiring import GatewayCache, make_dispatcher, make_tokens, session_record


def build(settings: Settings) -> ProxyFix | Gateway:
    """Join gateway and app.

    Proxies that the settings trust are believed outside the gateway, so that everything inside
    sees one address and one host.
    """
    redis = connect_redis(settings.redis_url)
    store, tokens = RedisSessions(redis), make_tokens(settings)
    app = create_app(
        settings,
        cache=GatewayCache(store),
        tokens=tokens,
        dispatcher=make_dispatcher(settings, Redis.from_url(settings.redis_url)),
    )
    service = app.extensions[KEY].service

    def in_postgres(session_id: str) -> SessionRecord | None:
        session = service.find(session_id)
        return None if session is None else session_record(session)

    watch = RedisWatch()
    gateway = Gateway(
        app,
        sessions=Sessions(store, in_postgres, watch=watch),
        tokens=tokens,
        policy=Policy(),
        activity=Activity(redis, watch=watch),
        clock=lambda: datetime.now(UTC),
    )
    proxies = settings.trusted_proxies
    if proxies:
        return ProxyFix(gateway, x_for=proxies, x_proto=proxies, x_host=proxies)
    return gateway


application = build(load_settings())
