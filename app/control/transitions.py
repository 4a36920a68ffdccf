"""Every change of a tenant's state or a session's status: from what, to what, by which statement.

Nothing else writes these two columns; `sql/transitions.sql` holds the statements. A tenant goes
cloning → ready → leased → dropping → row deleted, and to failed when its clone fails. A session
goes pending → active → expired → destroyed → row deleted, and to failed when its data are lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, TextClause

from app.control.models import SessionStatus, TenantState
from app.sql_blocks import load_statements

TenantChange = tuple[TenantState | None, TenantState | None]
SessionChange = tuple[SessionStatus | None, SessionStatus | None]
"""From and to; None stands for a row that does not exist, before or after."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A statement, and the changes that it may make. It changes no row in another state."""

    statement: TextClause
    tenants: frozenset[TenantChange]
    sessions: frozenset[SessionChange]

    def run(self, connection: Connection, **parameters: Any) -> CursorResult[Any]:
        """Execute the statement; the caller owns the transaction."""
        return connection.execute(self.statement, parameters)


_STATEMENTS = load_statements("app.control", "transitions")
_CLONING, _READY, _LEASED, _DROPPING, _FAILED = TenantState
_PENDING, _ACTIVE, _EXPIRED, _DESTROYED, _LOST = SessionStatus


def _transition(
    name: str,
    *,
    tenants: Iterable[TenantChange] = (),
    sessions: Iterable[SessionChange] = (),
) -> Transition:
    return Transition(_STATEMENTS[name], frozenset(tenants), frozenset(sessions))


OPEN_SESSION = _transition(
    "open_session",
    tenants=[(_READY, _LEASED), (None, _CLONING)],
    sessions=[(None, _ACTIVE), (None, _PENDING)],
)
HAND_OVER = _transition("hand_over", tenants=[(_READY, _LEASED)], sessions=[(_PENDING, _ACTIVE)])
END_SESSION = _transition("end_session", sessions=[(_PENDING, _DESTROYED), (_ACTIVE, _DESTROYED)])
EXPIRE_SESSIONS = _transition(
    "expire_sessions", sessions=[(_PENDING, _DESTROYED), (_ACTIVE, _EXPIRED)]
)
FAIL_WAITING_SESSION = _transition("fail_waiting_session", sessions=[(_PENDING, _LOST)])
FAIL_SESSION = _transition("fail_session", sessions=[(_PENDING, _LOST), (_ACTIVE, _LOST)])
FAIL_SESSION_OF_TENANT = _transition("fail_session_of_tenant", sessions=[(_ACTIVE, _LOST)])
CLOSE_SESSION = _transition("close_session", sessions=[(_EXPIRED, _DESTROYED)])
CLOSE_SESSION_OF_TENANT = _transition("close_session_of_tenant", sessions=[(_EXPIRED, _DESTROYED)])
PURGE_SESSIONS = _transition("purge_sessions", sessions=[(_DESTROYED, None), (_LOST, None)])

REGISTER_CLONE = _transition("register_clone", tenants=[(None, _CLONING)])
MARK_READY = _transition("mark_ready", tenants=[(_CLONING, _READY)])
FAIL_CLONE = _transition("fail_clone", tenants=[(_CLONING, _FAILED)])
REPLACE_TENANT = _transition("replace_tenant", tenants=[(_READY, _LEASED), (_LEASED, _DROPPING)])
RELEASE_TENANTS = _transition("release_tenants", tenants=[(_LEASED, _DROPPING)])
RELEASE_TENANT = _transition("release_tenant", tenants=[(_LEASED, _DROPPING)])
RETIRE_SURPLUS = _transition("retire_surplus", tenants=[(_READY, _DROPPING)])
RETIRE_TENANTS = _transition("retire_tenants", tenants=[(_READY, _DROPPING)])
RETIRE_LOST_TENANT = _transition(
    "retire_lost_tenant", tenants=[(_READY, _DROPPING), (_LEASED, _DROPPING)]
)
BEGIN_DROP = _transition("begin_drop", tenants=[(_FAILED, _DROPPING), (_DROPPING, _DROPPING)])
DELETE_TENANT = _transition("delete_tenant", tenants=[(_DROPPING, None)])

REGISTER_TEMPLATE = _transition("register_template", tenants=[(None, _CLONING)])
EMPTY_TEMPLATE = _transition(
    "empty_template",
    tenants=[(_CLONING, _CLONING), (_READY, _CLONING), (_FAILED, _CLONING)],
)
PUBLISH_TEMPLATE = _transition(
    "publish_template", tenants=[(_CLONING, _READY), (_READY, _READY), (_FAILED, _READY)]
)
FAIL_TEMPLATE = _transition(
    "fail_template", tenants=[(_CLONING, _FAILED), (_READY, _FAILED), (_FAILED, _FAILED)]
)
RETIRE_TEMPLATE = _transition("retire_template", tenants=[(_FAILED, _DROPPING)])
DELETE_TEMPLATES = _transition("delete_templates", tenants=[(_DROPPING, None)])
