"""The logged-in member of the team, over HTTP."""

from typing import Any, Never

from sqlalchemy.orm import Session

from app.bakery.auth import service
from app.bakery.auth.schemas import MeOut
from app.bakery.domain import domain_blueprint
from app.bakery.scope import in_tenant
from app.errors import Forbidden

blueprint = domain_blueprint("auth", "/api/auth", "Acceso")


@blueprint.get("/me")
@blueprint.doc(summary="Ver quién eres en el equipo de la panadería.")
@blueprint.output(MeOut)
@in_tenant("auth")
def show_me(session: Session) -> dict[str, Any]:
    """Show the member of the team that a visitor acts as."""
    return service.describe_owner(session)


@blueprint.put("/password")
@blueprint.doc(
    summary="Cambiar la contraseña; en la demo no se puede.",
    responses={403: "Siempre: las credenciales de la demo son de todos."},
)
def change_password() -> Never:
    """Refuse to change the password: all visitors share it."""
    raise Forbidden(
        "En la demo no se puede cambiar la contraseña. ¡Todo lo demás es tuyo!",
        code="demo_restriction",
    )
