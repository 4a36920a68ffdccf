"""The record of a session, by which the gateway decides."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

Status = Literal["pending", "active", "expired", "destroyed", "failed"]
STATUSES: frozenset[str] = frozenset({"pending", "active", "expired", "destroyed", "failed"})
ENDED: frozenset[str] = frozenset({"expired", "destroyed", "failed"})
"""The statuses of a session that is over."""

Access = Literal["own", "together", "read"]
"""What a credential may do: `own` all of it, `together` everything but what is the owner's alone,
`read` nothing that changes anything. The last two came by a share link."""
ACCESSES: frozenset[str] = frozenset({"own", "together", "read"})

Clock = Callable[[], datetime]

SHARE_PREFIX = "share_"
_SESSION_ID = re.compile(r"demo_[A-Za-z0-9_-]{16,128}")
_SHARE_ID = re.compile(r"share_[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A visitor's session.

    `session_id` is the bearer secret (`demo_…`), and so left out of the repr; `id` is the row's
    UUID, which logs may carry. `tenant_id` is None while the session is pending. The record of a
    guest has the id of the share link in place of the session's secret, and `access` says what the
    guest may do.
    """

    session_id: str = field(repr=False)
    id: UUID
    tenant_id: UUID | None
    account_type: str
    status: Status
    expires_at: datetime
    access: Access = "own"

    def __post_init__(self) -> None:
        if self.expires_at.tzinfo is None:
            raise ValueError(f"expires_at needs a time zone: {self.expires_at!r}")
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is none of {sorted(STATUSES)}")
        if self.status == "active" and self.tenant_id is None:
            raise ValueError(f"session {self.id} is active and has no tenant")
        if self.access not in ACCESSES or is_share_id(self.session_id) != self.is_guest:
            raise ValueError(f"session {self.id}: access {self.access!r} is not of its credential")

    @property
    def is_guest(self) -> bool:
        """True if the request comes by a share link."""
        return self.access != "own"

    @property
    def counted_as(self) -> UUID:
        """The id that requests are counted by: a guest's are not the owner's."""
        return share_in(self.session_id) if self.is_guest else self.id


def utc_now() -> datetime:
    """Return the present time, aware."""
    return datetime.now(UTC)


def is_session_id(value: str) -> bool:
    """Return True if the value has the form of a session id; nothing else is looked up."""
    return _SESSION_ID.fullmatch(value) is not None


def share_id(share: UUID) -> str:
    """Return what names a share link in a token and in Redis: no secret, it opens nothing."""
    return f"{SHARE_PREFIX}{share.hex}"


def share_in(value: str) -> UUID:
    """Return the share link that an id names."""
    return UUID(value.removeprefix(SHARE_PREFIX))


def is_share_id(value: str) -> bool:
    """Return True if the value has the form of a share link's id."""
    return _SHARE_ID.fullmatch(value) is not None
