"""What a clone changes in the control schema, by psycopg alone.

A pod that clones starts for one clone, and SQLAlchemy would take longer to import than the clone
takes. The statements are those of `transitions.sql` and `pool.sql`, in transactions as in `Pool`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from app.control.pool.tenant_view import TenantView
from app.control.served_session import ServedSession
from app.control.states import SessionStatus, TenantState
from app.sql_blocks import load_queries

FAILURE = "No hemos podido preparar tu demo. Vuelve a intentarlo en un momento."

_POOL = load_queries("app.control", "pool")
_FIND = _POOL["find_tenant"]
_BEGIN_ATTEMPT = _POOL["begin_attempt"]
_LOCK_HAND_OVER = _POOL["lock_hand_over"]
_CHANGES = load_queries("app.control", "transitions")
_MARK_READY = _CHANGES["mark_ready"]
_HAND_OVER = _CHANGES["hand_over"]
_FAIL_CLONE = _CHANGES["fail_clone"]
_FAIL_WAITING_SESSION = _CHANGES["fail_waiting_session"]


class ClonedTenants:
    """The tenants that are cloned, on a connection of its own for each change."""

    def __init__(self, database_url: str, session_seconds: float) -> None:
        self._url = database_url
        self._session_seconds = session_seconds

    def find(self, tenant_id: UUID) -> TenantView | None:
        """Return a tenant with its template, or None if there is none."""
        with self._connection() as connection:
            row = connection.execute(_FIND, {"tenant_id": tenant_id}).fetchone()
        return None if row is None else TenantView(**{**row, "state": TenantState(row["state"])})

    def begin_attempt(self, tenant_id: UUID) -> int | None:
        """Count an attempt. Return its number, from 1, or None if the clone is not pending.

        It is counted before it begins, because an attempt may end with its process.
        """
        with self._connection() as connection:
            row = connection.execute(_BEGIN_ATTEMPT, {"tenant_id": tenant_id}).fetchone()
        return None if row is None else int(row["attempts"])

    def mark_ready(self, tenant: TenantView, seconds: float = 0.0) -> list[ServedSession]:
        """Put a cloned tenant into the pool. Return the waiting sessions that now have a tenant.

        `tenant` is what was known before the clone began: a template that changes meanwhile makes
        the tenant look older than it is, never newer.
        """
        template = {"template_id": tenant.template_id}
        with self._connection() as connection:
            connection.execute(
                _MARK_READY,
                {
                    "tenant_id": tenant.id,
                    "template_version": tenant.template_version,
                    "revision": tenant.template_revision,
                    "seconds": seconds,
                },
            )
            # One process at a time for a template: see `Pool`.
            connection.execute(_LOCK_HAND_OVER, {"template_id": str(tenant.template_id)})
            rows = connection.execute(_HAND_OVER, template | {"duration": self._session_seconds})
            return [_served(row) for row in rows]

    def mark_failed(self, tenant_id: UUID, failure: str) -> list[ServedSession]:
        """Give up a clone. Return the session that waited for it, which has failed too."""
        with self._connection() as connection:
            given = {"tenant_id": tenant_id, "failure": failure}
            row = connection.execute(_FAIL_CLONE, given).fetchone()
            if row is None or row["demo_session_id"] is None:
                return []
            failed = {"demo_session_id": row["demo_session_id"], "failure": FAILURE}
            return [_served(row) for row in connection.execute(_FAIL_WAITING_SESSION, failed)]

    @contextmanager
    def _connection(self) -> Iterator["psycopg.Connection[DictRow]"]:
        """Yield a connection with one transaction; the statements name their schema."""
        with psycopg.connect(
            self._url,
            application_name="masa-madre",
            prepare_threshold=None,
            row_factory=dict_row,
        ) as connection:
            yield connection


def _served(row: dict[str, Any]) -> ServedSession:
    return ServedSession(
        id=row["id"],
        session_id=row["session_id"],
        account_type=row["demo_account_type"],
        tenant_id=row["virtual_tenant_id"],
        status=SessionStatus(row["status"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
