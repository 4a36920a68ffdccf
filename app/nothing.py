"""Twins that do nothing, for an application that runs alone: in a test, or on a command line."""

from datetime import datetime
from uuid import UUID

from app.control.records import SessionView


class NoCache:
    """Remembers no session."""

    def put(self, session: SessionView) -> None:
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
