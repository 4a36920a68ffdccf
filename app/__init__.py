"""The Flask application: the session service, the bakery API and the pages.

What it is made of is imported when it is made: jobs use parts of this package and have no need of
Flask, which would cost a clone's process a second and half of its memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask

    from app.config import Settings
    from app.control.ports import BackgroundTasks, Dispatcher, SessionCache, TokenIssuer


def create_app(
    settings: Settings | None = None,
    *,
    cache: SessionCache | None = None,
    tokens: TokenIssuer | None = None,
    dispatcher: Dispatcher | None = None,
    background_tasks: BackgroundTasks | None = None,
) -> APIFlask:
    """Make the application.

    Args:
        settings: the settings table; read from the environment when left out.
        cache: where the gateway finds sessions; left out, it has to ask Postgres.
        tokens: makes session tokens; left out, none are made.
        dispatcher: hands out work; left out, nobody clones or drops.
        background_tasks: does what a visitor need not wait for; left out, it is done at once.

    Raises:
        ConfigurationError: a setting is missing or invalid.
    """
    from app.config import load_settings
    from app.control.null import ImmediateTasks, NullCache, NullDispatcher, NullTokens
    from app.factory import make_app

    return make_app(
        settings or load_settings(),
        cache or NullCache(),
        tokens or NullTokens(),
        dispatcher or NullDispatcher(),
        background_tasks or ImmediateTasks(),
    )
