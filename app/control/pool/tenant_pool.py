"""The pool of demo tenants: registers clones, hands tenants to sessions, takes them out of use.

`app.control.transitions` has the states and the statements that change them.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, Row

from app.control import transitions
from app.control.models import TenantState
from app.control.pool.cloned_tenants import FAILURE
from app.control.pool.pool_sizing import count_missing
from app.control.pool.tenant_view import TenantView
from app.control.sessions.session_view import SessionView, session_view
from app.sql_blocks import load_statements

LOST = "No hemos podido recuperar los datos de tu demo. Abre una nueva."

_SQL = load_statements("app.control", "pool")
_ACCOUNT_TYPES = _SQL["account_types"]
_FIND = _SQL["find_tenant"]
_FIND_TEMPLATE = _SQL["find_template"]
_LOCK_TEMPLATE = _SQL["lock_template"]
_COUNT = _SQL["count_tenants"]
_WAITED_FOR = _SQL["templates_waited_for"]
_TO_DROP = _SQL["tenants_to_drop"]
_LOCK_HAND_OVER = _SQL["lock_hand_over"]


class Pool:
    """All changes of state of demo tenants, but for those that a visitor's request makes."""

    def __init__(self, engine: Engine, session_seconds: float) -> None:
        self._engine = engine
        self._session_seconds = session_seconds

    def account_types(self) -> list[str]:
        """Return the account types that have a template to cut from."""
        with self._engine.connect() as connection:
            return list(connection.scalars(_ACCOUNT_TYPES))

    def find(self, tenant_id: UUID) -> TenantView | None:
        """Return the tenant, or None if there is no such tenant."""
        with self._engine.connect() as connection:
            row = connection.execute(_FIND, {"tenant_id": tenant_id}).one_or_none()
        if row is None:
            return None
        return TenantView(**{**row._mapping, "state": TenantState(row.state)})

    def add_missing(self, account_type: str, size: int) -> list[UUID]:
        """Register the tenants that the pool lacks; the caller has them cloned."""
        with self._engine.begin() as connection:
            template = connection.execute(_LOCK_TEMPLATE, {"account_type": account_type}).one()
            counts = connection.execute(_COUNT, {"template_id": template.id}).one()
            missing = count_missing(
                size,
                fresh=counts.fresh,
                outdated=counts.outdated,
                cloning=counts.cloning,
                waiting=counts.waiting,
            )
            return [
                register_clone(connection, template.id, template.name, account_type)
                for _ in range(missing)
            ]

    def add_one(self, account_type: str) -> UUID | None:
        """Register one tenant more, however many there are; the caller clones it.

        None without a template to cut it from.
        """
        with self._engine.begin() as connection:
            template = connection.execute(
                _FIND_TEMPLATE, {"account_type": account_type}
            ).one_or_none()
            if template is None:
                return None
            return register_clone(connection, template.id, template.name, account_type)

    def retire(self, account_type: str, size: int) -> int:
        """Take ready tenants out of use that the pool does not need. Return how many.

        Those of another revision go at once, since they no longer fit the code; those of an older
        version, one for each that is ready beyond the pool's size; and what a rush has left over.
        """
        with self._engine.begin() as connection:
            return transitions.RETIRE_SURPLUS.run(
                connection, account_type=account_type, size=size
            ).rowcount

    def serve_waiting(self) -> list[SessionView]:
        """Give ready tenants to sessions that wait, in case they have missed each other."""
        served: list[SessionView] = []
        with self._engine.begin() as connection:
            # In one order, so that two processes do not wait for each other's locks.
            for template_id in connection.scalars(_WAITED_FOR).all():
                served += self._hand_over(connection, template_id)
        return served

    def _hand_over(self, connection: Connection, template_id: UUID) -> list[SessionView]:
        # One process at a time for a template: of two at once, the second would skip the sessions
        # that the first has locked, and serve those behind them.
        connection.execute(_LOCK_HAND_OVER, {"template_id": str(template_id)})
        rows = transitions.HAND_OVER.run(
            connection, template_id=template_id, duration=self._session_seconds
        )
        return _views(rows.all())

    def mark_failed(self, tenant_id: UUID, failure: str) -> list[SessionView]:
        """Give up a clone. Return the session that waited for it, which has failed too."""
        with self._engine.begin() as connection:
            demo_session_id = transitions.FAIL_CLONE.run(
                connection, tenant_id=tenant_id, failure=failure
            ).scalar_one_or_none()
            if demo_session_id is None:
                return []
            failed = transitions.FAIL_WAITING_SESSION.run(
                connection, demo_session_id=demo_session_id, failure=FAILURE
            )
            return _views(failed.all())

    def begin_drop(self, tenant_id: UUID) -> bool:
        """Return True if the tenant is out of use, so that its schema may be dropped."""
        with self._engine.begin() as connection:
            begun = transitions.BEGIN_DROP.run(connection, tenant_id=tenant_id)
            return begun.one_or_none() is not None

    def forget(self, tenant_id: UUID) -> None:
        """Delete the row of a tenant whose schema is dropped, and close its session."""
        with self._engine.begin() as connection:
            transitions.CLOSE_SESSION_OF_TENANT.run(connection, tenant_id=tenant_id)
            transitions.DELETE_TENANT.run(connection, tenant_id=tenant_id)

    def close_lost(self, tenant_id: UUID) -> list[SessionView]:
        """Take a tenant without a schema out of use. Return its session, which has failed."""
        with self._engine.begin() as connection:
            transitions.RETIRE_LOST_TENANT.run(connection, tenant_id=tenant_id)
            failed = transitions.FAIL_SESSION_OF_TENANT.run(
                connection, tenant_id=tenant_id, failure=LOST
            )
            return _views(failed.all())

    def fail_session(self, demo_session_id: UUID) -> list[SessionView]:
        """Fail a session that has lost its tenant. Return it."""
        with self._engine.begin() as connection:
            failed = transitions.FAIL_SESSION.run(
                connection, demo_session_id=demo_session_id, failure=FAILURE
            )
            return _views(failed.all())

    def close_session(self, demo_session_id: UUID) -> None:
        """Mark an expired session as destroyed: its tenant is dropped already."""
        with self._engine.begin() as connection:
            transitions.CLOSE_SESSION.run(connection, demo_session_id=demo_session_id)

    def release(self, tenant_id: UUID) -> None:
        """Take a leased tenant out of use that no session has."""
        with self._engine.begin() as connection:
            transitions.RELEASE_TENANT.run(connection, tenant_id=tenant_id)

    def to_drop(self) -> list[UUID]:
        """Return the tenants whose schemas are to be dropped."""
        with self._engine.connect() as connection:
            return list(connection.scalars(_TO_DROP))


def register_clone(connection: Connection, template_id: UUID, name: str, account_type: str) -> UUID:
    """Insert a tenant that is about to be cloned. Return its id."""
    tenant_id = uuid4()
    transitions.REGISTER_CLONE.run(
        connection,
        id=tenant_id,
        name=name,
        schema_name=f"demo_{tenant_id.hex}",
        account_type=account_type,
        template_id=template_id,
    )
    return tenant_id


def _views(rows: Sequence[Row[tuple[object, ...]]]) -> list[SessionView]:
    return [session_view(row) for row in rows]
