"""A session as far as the gateway has to know it; a clone changes it without more."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from app.control.states import SessionStatus


@dataclass(frozen=True, slots=True)
class ServedSession:
    """What is served of a session. `session_id` is the visitor's secret, `id` is for logs."""

    id: UUID
    session_id: str = field(repr=False)
    account_type: str
    tenant_id: UUID | None
    status: SessionStatus
    created_at: datetime
    expires_at: datetime
    read_at: datetime = field(
        default_factory=lambda: datetime.now(UTC), repr=False, compare=False, kw_only=True
    )
    """When the row was read."""

    @property
    def is_open(self) -> bool:
        """True while the session waits for its schema or has it."""
        return self.status in (SessionStatus.PENDING, SessionStatus.ACTIVE)
