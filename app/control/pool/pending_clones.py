"""The clones that are still to be made, how often each was begun, and what was in the way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, select, update

from app.control.models import DemoSession, SessionStatus, Tenant, TenantState


@dataclass(frozen=True, slots=True)
class PendingClone:
    """A tenant that is not cloned yet."""

    tenant_id: UUID
    account_type: str
    is_waited_for: bool
    since: datetime


class PendingClones:
    """The tenants that are `cloning`, as those see them who do it or have it done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fetch(self) -> list[PendingClone]:
        """All of them; first those that a session waits for, oldest first."""
        waits = func.coalesce(DemoSession.status == SessionStatus.PENDING, False)
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(Tenant.id, Tenant.account_type, waits, Tenant.created_at)
                .outerjoin(DemoSession, DemoSession.id == Tenant.demo_session_id)
                .where(Tenant.is_demo, Tenant.state == TenantState.CLONING)
                .order_by(waits.desc(), Tenant.created_at)
            )
            return [PendingClone(*row) for row in rows]

    def begin_attempt(self, tenant_id: UUID) -> int | None:
        """Count an attempt. Which it is, from 1; None when there is nothing to clone any more.

        Counted before it begins: an attempt may end with its process.
        """
        return self._note(tenant_id, attempts=Tenant.attempts + 1)

    def spare_attempt(self, tenant_id: UUID, most: int) -> None:
        """Leave at least one of `most` attempts to whoever takes the clone over."""
        self._note(tenant_id, attempts=func.least(Tenant.attempts, most - 1))

    def note_trouble(self, tenant_id: UUID, trouble: str) -> None:
        """Keep for operators what is in the way."""
        self._note(tenant_id, trouble=trouble)

    def _note(self, tenant_id: UUID, **values: Any) -> int | None:
        with self._engine.begin() as connection:
            return connection.execute(
                update(Tenant)
                .where(Tenant.id == tenant_id, Tenant.state == TenantState.CLONING)
                .values(values)
                .returning(Tenant.attempts)
            ).scalar_one_or_none()
