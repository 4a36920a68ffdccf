"""How long what operators did is kept."""

from sqlalchemy import Engine

from app.sql_blocks import load_statements

_PURGE = load_statements("app.insights", "live")["purge_actions"]

KEEP_DAYS = 365


def purge_actions(engine: Engine) -> int:
    """Delete what is older than a year; return how many actions that were."""
    with engine.begin() as connection:
        return connection.execute(_PURGE, {"days": KEEP_DAYS}).rowcount
