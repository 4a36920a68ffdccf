"""A tenant as a value."""

from dataclasses import dataclass
from uuid import UUID

from app.control.states import TenantState


@dataclass(frozen=True, slots=True)
class TenantView:
    """A tenant, with the template that it is cut from."""

    id: UUID
    schema_name: str
    account_type: str
    state: TenantState
    template_id: UUID
    template_schema: str
    template_version: int
    template_revision: str | None
    version: int
    demo_session_id: UUID | None
    """The session, by its row's id, that it is cloned for or leased to."""
