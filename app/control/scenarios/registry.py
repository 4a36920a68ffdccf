"""What visitors are offered of saved scenarios; every process sees a new one within seconds."""

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.demo import Scenario
from app.http.short_cache import ShortCache
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

SECONDS = 3.0
"""For so long a process believes what it read."""

_OFFERED = load_statements("app.control.scenarios", "scenarios")["offered"]


class ScenarioRegistry:
    """The saved scenarios whose templates can be cloned, read from Postgres every few seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: tuple[Scenario, ...] = ()
        self._cache = ShortCache(SECONDS, self._read)

    def offered(self) -> tuple[Scenario, ...]:
        """Return them, the oldest first; while Postgres is away, those that were read last."""
        return self._cache.get()

    def _read(self) -> tuple[Scenario, ...]:
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(_OFFERED).all()
        except SQLAlchemyError as error:
            log.warning("scenarios not read", action="scenarios_unread", error=type(error).__name__)
            return self._last
        self._last = tuple(
            Scenario(
                name=row.name,
                title=row.title,
                description=row.description,
                look_at=tuple(row.look_at),
                account_types=(row.account_type,),
            )
            for row in rows
        )
        return self._last
