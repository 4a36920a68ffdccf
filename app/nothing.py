"""Twins of what is given from outside, for an application that runs alone: in a test, say."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from app.control.records import SessionView


class NoCache:
    """Remembers no session."""

    def put(self, session: SessionView, *, new: bool = False) -> None:
        """Do nothing."""

    def forget(self, session_id: str) -> None:
        """Do nothing."""


class NoTokens:
    """Makes tokens that open nothing."""

    def issue(self, session_id: str, expires_at: datetime) -> str:
        """Give an empty token."""
        del session_id, expires_at
        return ""


class NoDispatcher:
    """Hands out no work."""

    def clone(self, tenant_id: UUID) -> None:
        """Do nothing."""

    def drop(self, tenant_id: UUID) -> None:
        """Do nothing."""

    def refill(self, account_type: str) -> None:
        """Do nothing."""


class AtOnce:
    """Leaves nothing for later."""

    def leave(self, name: str, errand: Callable[[], object]) -> None:
        """Do it now."""
        del name
        errand()
