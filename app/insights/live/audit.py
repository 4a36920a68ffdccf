"""Notes who signed in, and how long what operators did is kept."""

from sqlalchemy import Engine

from app.sql_blocks import load_statements

_SQL = load_statements("app.insights", "live")
_PURGE = _SQL["purge_actions"]

KEEP_DAYS = 365


def purge_actions(engine: Engine) -> int:
    """Delete what is older than a year; return how many actions that were."""
    with engine.begin() as connection:
        return connection.execute(_PURGE, {"days": KEEP_DAYS}).rowcount


def note_sign_in(engine: Engine, who: str, outcome: str, request: str) -> None:
    """Write down that somebody signed in, or was refused."""
    what = f"sign in: {outcome}"
    given = {"who": who, "what": what, "session": None, "request": request}
    with engine.begin() as connection:
        connection.execute(_SQL["note_action"], given)
