"""Makes engines; needs no Flask application."""

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url

from app.database.pooling import retire_after, validate_on_checkout
from app.settings.table import Settings


def engine_url(database_url: str) -> str:
    """Return the SQLAlchemy form of a libpq URL, with psycopg 3 as its driver."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return the options of every engine of the system.

    `prepare_threshold=None`: a statement that is prepared under one search path must never run
    under another, and PgBouncer in transaction mode does not keep prepared statements.
    """
    return {
        "pool_size": settings.db_pool_size,
        "max_overflow": 0,
        "hide_parameters": True,  # session ids are secrets, and errors are logged
        "connect_args": {"prepare_threshold": None, "application_name": "masa-madre"},
    }


def make_engine(settings: Settings, *, uses: int | None = None) -> Engine:
    """Make an engine for code that runs outside the Flask application, as the owner.

    A connection is closed after so many `uses`, where that is given: for jobs that read whole
    tenants.

    Raises:
        ConfigurationError: this process has no owner's login.
    """
    engine = create_engine(engine_url(settings.owner_url), **engine_options(settings))
    prepare_engine(engine)
    if uses is not None:
        retire_after(engine, uses)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Empty the search path of every connection, and check those that may be gone before use."""
    event.listen(engine, "connect", _close_search_path)
    validate_on_checkout(engine)


def _close_search_path(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', '', false)")
    if not connection.autocommit:
        connection.commit()
