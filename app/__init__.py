"""The Flask application: the session service, the operators' pages, and the demo's views.

Its parts are imported when it is made: jobs use some of them and do not need Flask, which would
cost a clone's process a second and half of its memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask
    from redis import Redis

    from app.control.ports import BackgroundTasks, Dispatcher, SessionCache, TokenIssuer
    from app.demo import Demo
    from app.settings.table import Settings


def create_app(
    settings: Settings | None = None,
    *,
    demo: Demo | None = None,
    redis: Redis | None = None,
    cache: SessionCache | None = None,
    tokens: TokenIssuer | None = None,
    dispatcher: Dispatcher | None = None,
    background_tasks: BackgroundTasks | None = None,
) -> APIFlask:
    """Make the application.

    Args:
        settings: the settings table; read from the environment when left out.
        demo: what is served; read from the settings' `DEMO_FILE` when left out.
        redis: the client of Redis; left out, it is one for the settings' `REDIS_URL`.
        cache: the gateway's store of sessions; left out, the gateway asks Postgres.
        tokens: issues session tokens; left out, they are empty.
        dispatcher: enqueues work; left out, nothing is cloned or dropped.
        background_tasks: runs what a visitor does not wait for; left out, it runs at once.

    Raises:
        ConfigurationError: a setting or a key of the demo's file is missing or invalid.
    """
    from redis import Redis

    from app.control.null import ImmediateTasks, NullCache, NullDispatcher, NullTokens
    from app.demo import demo_of
    from app.factory import make_app
    from app.settings.table import load_settings

    settings = settings or load_settings()
    return make_app(
        settings,
        demo or demo_of(settings),
        redis or Redis.from_url(settings.redis_url),
        cache or NullCache(),
        tokens or NullTokens(),
        dispatcher or NullDispatcher(),
        background_tasks or ImmediateTasks(),
    )
