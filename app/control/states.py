"""The states of tenants and the statuses of sessions, without the tables that hold them."""

from enum import StrEnum


class TenantState(StrEnum):
    """The states of a tenant; `app.control.transitions` has the changes."""

    CLONING = "cloning"
    READY = "ready"
    LEASED = "leased"
    DROPPING = "dropping"
    FAILED = "failed"


class SessionStatus(StrEnum):
    """The statuses of a session; `app.control.transitions` has the changes."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    DESTROYED = "destroyed"
    FAILED = "failed"
