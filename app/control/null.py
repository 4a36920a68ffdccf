"""Null objects for the collaborators of the session service, for an application that runs alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.control.reset.status import ResetStatus
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

    def issue_for_share(self, share: UUID, expires_at: datetime) -> str:
        """Return an empty token."""
        del share, expires_at
        return ""


class NullDispatcher:
    """Enqueues no work."""

    def clone(self, tenant_id: UUID) -> None:
        """Do nothing."""

    def drop(self, tenant_id: UUID) -> None:
        """Do nothing."""

    def refill(self, account_type: str) -> None:
        """Do nothing."""

    def work_on_scenario(self, scenario: UUID) -> None:
        """Do nothing."""

    def reset(self, session: UUID) -> None:
        """Do nothing."""

    def find_reset(self, session: UUID) -> ResetStatus | None:
        """Return None: it knows of no reset."""
        del session
        return None

    def withdraw_reset(self, session: UUID) -> bool:
        """Withdraw none."""
        del session
        return True

    def has_busy_worker(self) -> bool:
        """Return False: there is no worker."""
        return False


class NullEvents:
    """Takes note of nothing."""

    def record(self, kind: str, session: UUID | None = None, **details: Any) -> None:
        """Do nothing."""


class ImmediateTasks:
    """Runs background tasks at once, in the caller's thread."""

    def submit(self, name: str, task: Callable[[], object]) -> None:
        """Run the task now."""
        del name
        task()
