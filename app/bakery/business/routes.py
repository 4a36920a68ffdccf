"""The business over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.business import service
from app.bakery.business.schemas import TenantOut
from app.bakery.domain import domain_blueprint
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("business", "/api/tenant", "Negocio")


@blueprint.get("")
@blueprint.doc(summary="Ver los datos de la panadería, sus ubicaciones y sus módulos.")
@blueprint.output(TenantOut)
@in_tenant("business")
def show_tenant(session: Session) -> dict[str, Any]:
    """Show the bakery's profile, locations and modules."""
    return service.describe_business(session)
