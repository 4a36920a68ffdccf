"""Tells the gateway of sessions; without Redis the gateway asks Postgres."""

import structlog
from redis import RedisError
from sqlalchemy import Engine

from app.control.ports import SessionCache
from app.control.sessions.session_view import SessionView
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_MARK_NOT_CACHED = load_statements("app.control", "sessions")["mark_not_cached"]


class Publishing:
    """The session service's way to the gateway's store. No method raises for Redis."""

    def __init__(self, engine: Engine, cache: SessionCache) -> None:
        self._engine = engine
        self._cache = cache

    def remember(self, session: SessionView, *, new: bool = False) -> None:
        """Store the session for the gateway; a `new` one only if none is stored."""
        try:
            self._cache.put(session, new=new)
        except RedisError as error:
            log.warning(
                "session not cached",
                action="cache_failed",
                session=str(session.id),
                error=type(error).__name__,
            )
            with self._engine.begin() as connection:
                connection.execute(_MARK_NOT_CACHED, {"demo_session_id": session.id})

    def forget(self, session_id: str) -> None:
        """Have the gateway refuse the session."""
        try:
            self._cache.forget(session_id)
        except RedisError as error:
            log.warning("session not forgotten", action="cache_failed", error=type(error).__name__)
