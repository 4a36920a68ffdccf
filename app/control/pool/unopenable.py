"""Takes ready tenants out of the pool that no secret of ours opens: their secret was dropped."""

import structlog
from sqlalchemy import Engine, text

from app.control import transitions
from app.database.isolation import tenant_role
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_READY = load_statements("app.control", "pool")["ready_tenants"]
_KNOWN = text("SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = ANY (:names)")


def retire_unopenable(engine: Engine, secrets: tuple[str, ...]) -> int:
    """Take ready tenants out of use whose role is of none of these secrets. Return how many.

    Cleanup drops and replaces them. A role's name is derived from the secret, which the database
    does not hold, so the database cannot find them alone.
    """
    with engine.begin() as connection:
        ready = connection.scalars(_READY).all()
        names = {tenant: {tenant_role(s, tenant).name for s in secrets} for tenant in ready}
        every = [name for of_one in names.values() for name in of_one]
        known = set(connection.scalars(_KNOWN, {"names": every}))
        unopenable = [tenant for tenant in ready if not names[tenant] & known]
        if not unopenable:
            return 0
        retired = transitions.RETIRE_TENANTS.run(connection, tenant_ids=unopenable).rowcount
    log.info("unopenable tenants retired", action="unopenable_retired", tenants=retired)
    return retired
