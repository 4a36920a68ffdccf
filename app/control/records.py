"""A session as the rest of the system sees it: a value, not a database row."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.control.models import SessionStatus


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session. `session_id` is the visitor's secret, `id` is what logs may carry."""

    id: UUID
    session_id: str = field(repr=False)
    account_type: str
    tenant_id: UUID | None
    status: SessionStatus
    created_at: datetime
    expires_at: datetime
    extensions: int
    request_count: int
    data_cloned: bool
    failure: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the session waits for its schema or has it."""
        return self.status in (SessionStatus.PENDING, SessionStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks for a session, as far as the request tells."""

    ip_address: str | None
    user_agent: str | None
    user_id: UUID | None = None
