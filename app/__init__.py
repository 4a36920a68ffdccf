"""The Flask application: the session service, the operators' pages, and the demo's views.

What it is made of is imported when it is made: jobs use parts of this package and have no need of
Flask, which would cost a clone's process a second and half of its memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask

    from app.config import Settings
    from app.control.ports import BackgroundTasks, Dispatcher, SessionCache, TokenIssuer
    from app.demo import Demo


def create_app(
    settings: Settings | None = None,
    *,
    demo: Demo | None = None,
    cache: SessionCache | None = None,
    tokens: TokenIssuer | None = None,
    dispatcher: Dispatcher | None = None,
    background_tasks: BackgroundTasks | None = None,
) -> APIFlask:
    """Make the application.

    Args:
        settings: the settings table; read from the environment when left out.
        demo: what is served; read from the settings' `DEMO_FILE` when left out.
        cache: where the gateway finds sessions; left out, it has to ask Postgres.
        tokens: makes session tokens; left out, none are made.
        dispatcher: hands out work; left out, nobody clones or drops.
        background_tasks: does what a visitor need not wait for; left out, it is done at once.

    Raises:
        ConfigurationError: a setting or a key of the demo's file is missing or invalid.
    """
    from app.config import load_settings
    from app.control.null import ImmediateTasks, NullCache, NullDispatcher, NullTokens
    from app.demo import load_demo
    from app.factory import make_app

    settings = settings or load_settings()
    return make_app(
        settings,
        demo or load_demo(settings.demo_file),
        cache or NullCache(),
        tokens or NullTokens(),
        dispatcher or NullDispatcher(),
        background_tasks or ImmediateTasks(),
    )
