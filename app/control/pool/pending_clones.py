"""The clones that are still to be made, how often each was begun, and what was in the way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "pool")
_PENDING = _SQL["pending_clones"]
_SPARE_ATTEMPT = _SQL["spare_attempt"]
_RECORD_TROUBLE = _SQL["record_trouble"]


@dataclass(frozen=True, slots=True)
class PendingClone:
    """A tenant that is not cloned yet."""

    tenant_id: UUID
    account_type: str
    is_waited_for: bool
    since: datetime


class PendingClones:
    """The tenants in state `cloning`, for what clones them or has them cloned."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fetch(self) -> list[PendingClone]:
        """Return all of them: first those that a session waits for, oldest first."""
        with self._engine.connect() as connection:
            return [PendingClone(*row) for row in connection.execute(_PENDING)]

    def spare_attempt(self, tenant_id: UUID, most: int) -> None:
        """Leave at least one of `most` attempts to the process that takes the clone over."""
        with self._engine.begin() as connection:
            connection.execute(_SPARE_ATTEMPT, {"tenant_id": tenant_id, "most": most})

    def record_trouble(self, tenant_id: UUID, trouble: str) -> None:
        """Record, for operators, what is in the way of a clone."""
        with self._engine.begin() as connection:
            connection.execute(_RECORD_TROUBLE, {"tenant_id": tenant_id, "trouble": trouble})
