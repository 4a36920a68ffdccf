"""The tenants and what becomes of them: cloning → ready → leased → dropping → gone; or failed.

Every change of state is one statement that names the state it starts from, so that two processes
that try the same change do it once.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from app.control import queries
from app.control.models import DemoSession, SessionStatus, Tenant, TenantState
from app.control.sessions.session_view import SessionView, session_view

FAILURE = "No hemos podido preparar tu demo. Vuelve a intentarlo en un momento."


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
    session: UUID | None
    """Who it was cloned for, or has it."""


_HAND_OVER_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('hand over ' || :template_id, 0))"
)

RENEWALS_AT_ONCE = 2
"""Outdated tenants are replaced so many at a time; until then they are better than none."""


class Pool:
    """All changes of state of demo tenants."""

    def __init__(self, engine: Engine, session_seconds: float) -> None:
        self._engine = engine
        self._session_seconds = session_seconds

    def account_types(self) -> list[str]:
        """The account types that have a template to cut from."""
        with self._engine.connect() as connection:
            return list(
                connection.scalars(
                    select(Tenant.account_type)
                    .where(Tenant.is_demo_template, Tenant.state == TenantState.READY)
                    .order_by(Tenant.account_type)
                )
            )

    def find(self, tenant_id: UUID) -> TenantView | None:
        """The tenant, if there is one."""
        template = select(Tenant).where(Tenant.is_demo_template).subquery()
        with self._engine.connect() as connection:
            row = connection.execute(
                select(
                    Tenant.id,
                    Tenant.schema_name,
                    Tenant.account_type,
                    Tenant.state,
                    template.c.id,
                    template.c.schema_name,
                    template.c.template_version,
                    template.c.revision,
                    Tenant.template_version,
                    Tenant.demo_session_id,
                )
                .join(template, template.c.id == Tenant.base_demo_tenant_id)
                .where(Tenant.id == tenant_id)
            ).one_or_none()
        return None if row is None else TenantView(*row)

    def add_missing(self, account_type: str, size: int) -> list[UUID]:
        """Register the tenants that the pool lacks; the caller has them cloned.

        One for each session that waits comes on top: it will not stay. Outdated tenants that are
        still good are replaced a few at a time.
        """
        with self._engine.begin() as connection:
            template = connection.execute(
                select(Tenant)
                .where(Tenant.is_demo_template, Tenant.account_type == account_type)
                .with_for_update(key_share=True)
            ).one()
            stock = connection.execute(queries.STOCK, {"template_id": template.id}).one()
            missing = size + stock.waiting - stock.fresh - stock.cloning
            if stock.outdated:
                renewals = max(0, RENEWALS_AT_ONCE - stock.cloning)
                missing = min(missing, max(renewals, missing - stock.outdated))
            return [
                register_clone(connection, template.id, template.name, account_type)
                for _ in range(missing)
            ]

    def retire(self, account_type: str, size: int) -> int:
        """Take ready tenants out of use that the pool does not need. How many there were.

        Those of another revision at once, for they fit the code no more; those of an older
        version, one for each that is ready beyond the pool's size; and what a rush has left over.
        """
        with self._engine.begin() as connection:
            return connection.execute(
                queries.RETIRE, {"account_type": account_type, "size": size}
            ).rowcount

    def mark_ready(self, tenant: TenantView, seconds: float = 0.0) -> list[SessionView]:
        """The tenant's schema is there. Returns the sessions that were waiting and now have one.

        `tenant` is what was known before the clone began: a template that changes meanwhile makes
        the tenant look older than it is, never newer.
        """
        with self._engine.begin() as connection:
            connection.execute(
                update(Tenant)
                .where(Tenant.id == tenant.id, Tenant.state == TenantState.CLONING)
                .values(
                    state=TenantState.READY,
                    template_version=tenant.template_version,
                    revision=tenant.template_revision,
                    ready_at=func.clock_timestamp(),
                    clone_seconds=seconds,
                )
            )
            return self._hand_over(connection, tenant.template_id)

    def serve_waiting(self) -> list[SessionView]:
        """Give ready tenants to sessions that wait, should they have missed each other."""
        served: list[SessionView] = []
        with self._engine.begin() as connection:
            templates = select(DemoSession.base_demo_tenant_id).where(
                DemoSession.status == SessionStatus.PENDING
            )
            # In one order, so that two processes do not wait for each other's locks.
            for template_id in sorted(connection.scalars(templates.distinct()).all()):
                served += self._hand_over(connection, template_id)
        return served

    def _hand_over(self, connection: Connection, template_id: UUID) -> list[SessionView]:
        # One at a time for a template: of two at once, the second would skip the sessions that the
        # first has locked, and serve those behind them.
        connection.execute(_HAND_OVER_LOCK, {"template_id": str(template_id)})
        parameters = {"template_id": template_id, "duration": self._session_seconds}
        rows = connection.execute(queries.HAND_OVER, parameters).all()
        return [session_view(row) for row in rows]

    def mark_failed(self, tenant_id: UUID, failure: str) -> list[SessionView]:
        """The tenant cannot be cloned. Returns the session that waited for it, now failed too."""
        with self._engine.begin() as connection:
            session = connection.execute(
                update(Tenant)
                .where(Tenant.id == tenant_id, Tenant.state == TenantState.CLONING)
                .values(state=TenantState.FAILED, failure=failure)
                .returning(Tenant.demo_session_id)
            ).scalar_one_or_none()
            if session is None:
                return []
            return _fail(
                connection,
                DemoSession.id == session,
                DemoSession.status == SessionStatus.PENDING,
            )

    def begin_drop(self, tenant_id: UUID) -> bool:
        """Take a tenant that nobody has out of use. Whether it is to be dropped."""
        with self._engine.begin() as connection:
            return (
                connection.execute(
                    update(Tenant)
                    .where(
                        Tenant.id == tenant_id,
                        Tenant.is_demo,
                        Tenant.state.in_([TenantState.DROPPING, TenantState.FAILED]),
                    )
                    .values(state=TenantState.DROPPING)
                    .returning(Tenant.id)
                ).one_or_none()
                is not None
            )

    def forget(self, tenant_id: UUID) -> None:
        """The tenant's schema is gone: delete its row, and close the session that had it."""
        with self._engine.begin() as connection:
            connection.execute(
                update(DemoSession)
                .where(
                    DemoSession.virtual_tenant_id == tenant_id,
                    DemoSession.status == SessionStatus.EXPIRED,
                )
                .values(status=SessionStatus.DESTROYED, destroyed_at=func.now())
            )
            connection.execute(
                delete(Tenant).where(Tenant.id == tenant_id, Tenant.state == TenantState.DROPPING)
            )

    def close_lost(self, tenant_id: UUID) -> list[SessionView]:
        """The tenant has no schema: out of use with it, and its session has failed."""
        with self._engine.begin() as connection:
            connection.execute(
                update(Tenant)
                .where(
                    Tenant.id == tenant_id,
                    Tenant.state.in_([TenantState.READY, TenantState.LEASED]),
                )
                .values(state=TenantState.DROPPING)
            )
            return _fail(connection, DemoSession.virtual_tenant_id == tenant_id)

    def close_session(self, session: UUID) -> list[SessionView]:
        """The session has no tenant any more: it has failed."""
        with self._engine.begin() as connection:
            return _fail(connection, DemoSession.id == session)

    def release(self, tenant_id: UUID) -> None:
        """Nobody has the tenant any more: out of use with it."""
        with self._engine.begin() as connection:
            connection.execute(
                update(Tenant)
                .where(Tenant.id == tenant_id, Tenant.state == TenantState.LEASED)
                .values(state=TenantState.DROPPING)
            )

    def to_drop(self) -> list[UUID]:
        """Tenants whose schema has to go."""
        with self._engine.connect() as connection:
            return list(
                connection.scalars(
                    select(Tenant.id).where(
                        Tenant.is_demo,
                        Tenant.state.in_([TenantState.DROPPING, TenantState.FAILED]),
                    )
                )
            )


def _fail(connection: Connection, *which: ColumnElement[bool]) -> list[SessionView]:
    """End open sessions as failed, with a sentence for their visitors."""
    rows = connection.execute(
        update(DemoSession)
        .where(*which, DemoSession.status.in_([SessionStatus.PENDING, SessionStatus.ACTIVE]))
        .values(
            status=SessionStatus.FAILED,
            destroyed_at=func.now(),
            session_metadata=DemoSession.session_metadata.concat(
                func.jsonb_build_object("failure", FAILURE)
            ),
        )
        .returning(*DemoSession.__table__.columns)
    ).all()
    return [session_view(row) for row in rows]


def register_clone(
    connection: Connection,
    template_id: UUID,
    name: str,
    account_type: str,
) -> UUID:
    """Insert a tenant that is about to be cloned."""
    tenant_id = uuid4()
    connection.execute(
        insert(Tenant).values(
            id=tenant_id,
            name=name,
            schema_name=f"demo_{tenant_id.hex}",
            account_type=account_type,
            is_demo=True,
            is_demo_template=False,
            base_demo_tenant_id=template_id,
            state=TenantState.CLONING,
        )
    )
    return tenant_id
