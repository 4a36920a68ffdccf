"""The tenants and what becomes of them: cloning → ready → leased → dropping → gone; or failed.

Every change of state is one statement that names the state it starts from, so that two processes
that try the same change do it once.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from app.control import queries
from app.control.models import DemoSession, SessionStatus, Tenant, TenantState
from app.control.records import SessionView
from app.control.rows import session_view

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
                )
                .join(template, template.c.id == Tenant.base_demo_tenant_id)
                .where(Tenant.id == tenant_id)
            ).one_or_none()
        return None if row is None else TenantView(*row)

    def count(self, account_type: str, state: TenantState) -> int:
        """How many demo tenants of the account type are in the state."""
        with self._engine.connect() as connection:
            return connection.execute(
                select(func.count()).where(
                    Tenant.is_demo, Tenant.account_type == account_type, Tenant.state == state
                )
            ).scalar_one()

    def add_missing(self, account_type: str, size: int) -> list[UUID]:
        """Register the tenants that the pool lacks; the caller has them cloned.

        Tenants that are being cloned for somebody who waits do not count: they will not stay.
        """
        with self._engine.begin() as connection:
            template = connection.execute(
                select(Tenant.id, Tenant.name, Tenant.template_version)
                .where(Tenant.is_demo_template, Tenant.account_type == account_type)
                .with_for_update()
            ).one()
            on_stock = connection.execute(
                select(func.count()).where(
                    Tenant.base_demo_tenant_id == template.id,
                    Tenant.state.in_([TenantState.READY, TenantState.CLONING]),
                )
            ).scalar_one()
            waiting = connection.execute(
                select(func.count()).where(
                    DemoSession.base_demo_tenant_id == template.id,
                    DemoSession.status == SessionStatus.PENDING,
                )
            ).scalar_one()
            missing = max(0, size + waiting - on_stock)
            return [
                register_clone(connection, template.id, template.name, account_type)
                for _ in range(missing)
            ]

    def mark_ready(self, tenant: TenantView, version: int) -> list[SessionView]:
        """The tenant's schema is there. Returns the sessions that were waiting and now have one."""
        with self._engine.begin() as connection:
            connection.execute(
                update(Tenant)
                .where(Tenant.id == tenant.id, Tenant.state == TenantState.CLONING)
                .values(state=TenantState.READY, template_version=version)
            )
            return self._hand_over(connection, tenant.template_id)

    def hand_over(self, tenant: TenantView) -> list[SessionView]:
        """Give ready tenants of the same template to sessions that wait for one."""
        with self._engine.begin() as connection:
            return self._hand_over(connection, tenant.template_id)

    def _hand_over(self, connection: Connection, template_id: UUID) -> list[SessionView]:
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
            rows = connection.execute(
                update(DemoSession)
                .where(DemoSession.id == session, DemoSession.status == SessionStatus.PENDING)
                .values(
                    status=SessionStatus.FAILED,
                    destroyed_at=func.now(),
                    session_metadata=func.jsonb_build_object("failure", FAILURE),
                )
                .returning(*DemoSession.__table__.columns)
            ).all()
            return [session_view(row) for row in rows]

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

    def retire_outdated(self) -> int:
        """Take ready tenants of a template's older versions out of use. How many there were."""
        template = select(Tenant).where(Tenant.is_demo_template).subquery()
        with self._engine.begin() as connection:
            return connection.execute(
                update(Tenant)
                .where(
                    Tenant.state == TenantState.READY,
                    Tenant.base_demo_tenant_id == template.c.id,
                    Tenant.template_version != template.c.template_version,
                )
                .values(state=TenantState.DROPPING)
            ).rowcount

    def to_clone(self) -> list[tuple[UUID, bool]]:
        """Tenants that are not cloned yet, and whether a session waits for each."""
        waits = DemoSession.status == SessionStatus.PENDING
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(Tenant.id, func.coalesce(waits, False))
                .outerjoin(DemoSession, DemoSession.id == Tenant.demo_session_id)
                .where(Tenant.is_demo, Tenant.state == TenantState.CLONING)
            )
            return [(row[0], row[1]) for row in rows]

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


def register_clone(
    connection: Connection,
    template_id: UUID,
    name: str,
    account_type: str,
    session: UUID | None = None,
) -> UUID:
    """Insert a tenant that is about to be cloned, for a session or for the pool."""
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
            demo_session_id=session,
            state=TenantState.CLONING,
        )
    )
    return tenant_id
