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

Clock = Callable[[], datetime]

_SESSION_ID = re.compile(r"demo_[A-Za-z0-9_-]{16,128}")


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A visitor's session.

    `session_id` is the bearer secret (`demo_…`), and so left out of the repr; `id` is the row's
    UUID, which logs may carry. `tenant_id` is None while the session is pending.
    """

    session_id: str = field(repr=False)
    id: UUID
    tenant_id: UUID | None
    account_type: str
    status: Status
    expires_at: datetime

    def __post_init__(self) -> None:
        if self.expires_at.tzinfo is None:
            raise ValueError(f"expires_at needs a time zone: {self.expires_at!r}")
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is none of {sorted(STATUSES)}")
        if self.status == "active" and self.tenant_id is None:
            raise ValueError(f"session {self.id} is active and has no tenant")


def utc_now() -> datetime:
    """Return the present time, aware."""
    return datetime.now(UTC)


def is_session_id(value: str) -> bool:
    """Return True if the value has the form of a session id; nothing else is looked up."""
    return _SESSION_ID.fullmatch(value) is not None
