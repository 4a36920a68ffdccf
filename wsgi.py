"""The web server's application: the gateway in front of the Flask app."""

from wsgiref.types import WSGIApplication

from apiflask import APIFlask
from redis import Redis

from app import create_app
from app.config import Settings, load_settings
from app.control.cli import make_group
from app.control.extension import KEY
from app.rights import warn_of_rights
from gateway import RedisSessions, connect_redis
from gateway.records import SessionRecord
from jobs import tasks
from jobs.bell import RefillBell
from jobs.doors import make_front
from jobs.wiring import GatewayCache, make_dispatcher, make_tokens, session_record


def build(settings: Settings) -> tuple[WSGIApplication, APIFlask]:
    """Join gateway and app; gives both: the command line has no use for a gateway."""
    redis = connect_redis(settings.redis_url)
    store, tokens = RedisSessions(redis), make_tokens(settings)
    app = create_app(
        settings,
        cache=GatewayCache(store),
        tokens=tokens,
        dispatcher=RefillBell(make_dispatcher(settings, Redis.from_url(settings.redis_url))),
    )
    app.cli.add_command(make_group(tasks))
    service = app.extensions[KEY].service

    def in_postgres(session_id: str) -> SessionRecord | None:
        session = service.find(session_id)
        return None if session is None else session_record(session)

    warn_of_rights(app)
    front = make_front(settings, app, redis, tokens, in_postgres)
    return front, app


application, app = build(load_settings())
