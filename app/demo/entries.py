"""What the functions that a demo's file names are called with, and what they return."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from psycopg import Connection
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.control.timelines import Timeline

if TYPE_CHECKING:
    from app.demo.model import Demo


class LoadedTemplate(Protocol):
    """The result of loading one template."""

    @property
    def schema_name(self) -> str:
        """The template's schema."""

    @property
    def changed(self) -> bool:
        """True if it was written."""


class Seeds(Protocol):
    """Loads every template of a demo as it stands at a moment; raises `SeedError`."""

    def __call__(
        self,
        engine: Engine,
        demo: "Demo",
        now: datetime,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Sequence[LoadedTemplate]:
        """Load them; calls `progress` with the schema, the rows that are in, and all its rows."""


class BringForward(Protocol):
    """Lets events happen in the tenant that is on a connection's search path."""

    def __call__(self, connection: "Connection[Any]", timeline: Timeline, now: datetime) -> int:
        """Return how many happened; part of the caller's transaction, which it never fails."""


class MoveEvent(Protocol):
    """Moves an entry of a timeline to another day."""

    def __call__(self, value: dict[str, Any], days: int, by: timedelta) -> dict[str, Any]:
        """Return it with its dates `days` later, and its moments later by `by`."""


class DailyTask(Protocol):
    """Does what is due once a day in the tenant that is on a session's search path."""

    def __call__(self, session: Session, account_type: str) -> int:
        """Return how much was done; it is safe to run twice a day."""
