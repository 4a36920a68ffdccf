"""Null objects for the collaborators of the session service, for an application that runs alone."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from app.control.sessions.session_view import SessionView


class NullCache:
    """Stores no session."""

    def put(self, session: SessionView, *, new: bool = False) -> None:
        """Do nothing."""

    def forget(self, session_id: str) -> None:
        """Do nothing."""


class NullTokens:
    """Issues empty tokens."""

    def issue(self, session_id: str, expires_at: datetime) -> str:
        """Return an empty token."""
        del session_id, expires_at
        return ""


class NullDispatcher:
    """Enqueues no work."""

    def clone(self, tenant_id: UUID) -> None:
        """Do nothing."""

    def drop(self, tenant_id: UUID) -> None:
        """Do nothing."""

    def refill(self, account_type: str) -> None:
        """Do nothing."""


class ImmediateTasks:
    """Runs background tasks at once, in the caller's thread."""

    def submit(self, name: str, task: Callable[[], object]) -> None:
        """Run the task now."""
        del name
        task()
