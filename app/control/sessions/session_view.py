"""A session as a value, and the mapper that makes it from a row of `control.demo_sessions`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
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
    read_at: datetime = field(
        default_factory=lambda: datetime.now(UTC), repr=False, compare=False, kw_only=True
    )
    """When the row was read."""

    @property
    def is_open(self) -> bool:
        """True while the session waits for its schema or has it."""
        return self.status in (SessionStatus.PENDING, SessionStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session, with a token for it."""

    session: SessionView
    token: str
    reset_is_under_way: bool = False
    notice: str | None = None
    """A sentence for the visitor about what was just done."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The visitor of a request, as far as it is stored."""

    ip_address: str | None
    user_agent: str | None
    address_digests: tuple[str, ...] = ()
    user_id: UUID | None = None


def session_view(row: Any) -> SessionView:
    """Return the session that a SQLAlchemy row with the table's columns holds."""
    data = row._mapping
    return SessionView(
        id=data["id"],
        session_id=data["session_id"],
        account_type=data["demo_account_type"],
        tenant_id=data["virtual_tenant_id"],
        status=SessionStatus(data["status"]),
        created_at=data["created_at"],
        expires_at=data["expires_at"],
        extensions=data["extensions"],
        request_count=data["request_count"],
        data_cloned=data["data_cloned"],
        failure=data["metadata"].get("failure"),
    )
