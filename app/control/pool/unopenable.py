"""Takes tenants out of the pool whose key nobody can make any more: their secret was dropped."""

import structlog
from sqlalchemy import Engine, select, text, update

from app.control.models import Tenant, TenantState
from app.database.isolation import tenant_role

log = structlog.get_logger(__name__)

_READY = select(Tenant.id).where(Tenant.is_demo, Tenant.state == TenantState.READY)
_KNOWN = text("SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = ANY (:names)")


def retire_unopenable(engine: Engine, secrets: tuple[str, ...]) -> int:
    """Take ready tenants out of use whose role is of none of these secrets. How many there were.

    Cleanup drops and replaces them. A role's name tells its secret to who has it, and to nobody
    else, so the database cannot do this alone.
    """
    with engine.begin() as connection:
        ready = connection.scalars(_READY).all()
        names = {tenant: {tenant_role(s, tenant).name for s in secrets} for tenant in ready}
        every = [name for of_one in names.values() for name in of_one]
        known = set(connection.scalars(_KNOWN, {"names": every}))
        keyless = [tenant for tenant in ready if not names[tenant] & known]
        if not keyless:
            return 0
        retired = connection.execute(
            update(Tenant)
            .where(Tenant.id.in_(keyless), Tenant.state == TenantState.READY)
            .values(state=TenantState.DROPPING)
        ).rowcount
    log.info("tenants without a key retired", action="keyless_retired", tenants=retired)
    return retired
