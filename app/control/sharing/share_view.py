"""Share links as values, and the mappers that make them from rows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.control.models import SessionStatus
from app.control.sessions.session_view import SessionView, session_view


class Access(StrEnum):
    """What a guest may do: look, or work in the session together with its owner."""

    READ = "read"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Share:
    """A link as its owner sees it. `secret` is known only to the request that made it."""

    id: UUID
    access: Access
    created_at: datetime
    opened: int
    last_opened_at: datetime | None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SharedSession:
    """A session as a guest comes to it."""

    share: UUID
    access: Access
    is_revoked: bool
    session: SessionView

    @property
    def is_open(self) -> bool:
        """True while the link is not revoked and its session goes on."""
        return not self.is_revoked and self.session.status is SessionStatus.ACTIVE


def share_of(row: Any, secret: str | None = None) -> Share:
    """Return the link that a row of `control.session_shares` holds."""
    return Share(row.id, Access(row.access), row.created_at, row.opened, row.last_opened_at, secret)


def shared_session(row: Any) -> SharedSession:
    """Return what a row of a link, joined with its session, holds."""
    session = session_view(row)
    if row.is_over and session.is_open:
        session = session.as_expired()
    return SharedSession(row.share_id, Access(row.access), row.is_revoked, session)
