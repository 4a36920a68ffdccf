"""The business over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.business import service, team
from app.bakery.business.models import User
from app.bakery.business.schemas import TenantOut
from app.bakery.business.team_schemas import (
    MemberChange,
    MemberIn,
    MemberOut,
    RolesOut,
    TeamPage,
    TeamQuery,
)
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


@blueprint.get("/team")
@blueprint.doc(summary="Listar a las personas del equipo y su función.")
@blueprint.input(TeamQuery, location="query")
@blueprint.output(TeamPage)
@in_tenant("business")
def list_team(session: Session, query_data: TeamQuery) -> dict[str, Any]:
    """List the members of the team with their roles."""
    return team.list_team(session, query_data)


@blueprint.get("/roles")
@blueprint.doc(summary="Ver las funciones y lo que puede hacer cada una.")
@blueprint.output(RolesOut)
@in_tenant("business")
def show_roles(session: Session) -> dict[str, Any]:
    """Show what each role may do."""
    return team.describe_roles(session)


@blueprint.post("/team")
@blueprint.doc(summary="Dar acceso a una persona del equipo.")
@blueprint.input(MemberIn)
@blueprint.output(MemberOut, status_code=201)
@in_tenant("business")
def add_member(session: Session, json_data: MemberIn) -> dict[str, Any]:
    """Add a member of the team."""
    return team.add_member(session, json_data)


@blueprint.get("/team/<int:user_id>")
@blueprint.doc(summary="Ver a una persona del equipo.")
@blueprint.output(MemberOut)
@in_tenant("business")
def show_member(session: Session, user_id: int) -> dict[str, Any]:
    """Show a member of the team."""
    return team.fetch_member(session, user_id)


@blueprint.put("/team/<int:user_id>")
@blueprint.doc(
    summary="Cambiar la función de una persona, o quitarle el acceso.",
    responses={409: "Es la última propietaria."},
)
@blueprint.input(MemberChange)
@blueprint.output(MemberOut)
@in_tenant("business", record=User)
def change_member(session: Session, user_id: int, json_data: MemberChange) -> dict[str, Any]:
    """Change a member's role, or whether they have access."""
    return team.change_member(session, user_id, json_data)
