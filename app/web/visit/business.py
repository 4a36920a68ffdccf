"""The business: its profile and places, its team, and what each role may do."""

from sqlalchemy.orm import Session

from app.bakery.auth.schemas import MeOut
from app.bakery.auth.service import describe_owner
from app.bakery.business import team
from app.bakery.business.models import UserRole
from app.bakery.business.team_schemas import RolesOut, TeamPage, TeamQuery
from app.language.texts import _
from app.web.inside.frame import Answer, Shown, bakery, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, choices_of, offer_table, show_list
from app.web.inside.navigation import sections_of

TEAM = ListPage(
    title="Equipo",
    path="/demo/negocio/equipo",
    things=("persona", "personas"),
    query=TeamQuery,
    fetch=team.list_team,
    schema=TeamPage,
    columns=(
        Column("full_name", sort="full_name", note="email"),
        Column("role", "code", sort="role"),
        Column("location_name", sort="location_name", wide=True),
        Column("is_active", "yes", heading="Con acceso", wide=True),
    ),
    filters=(
        Filter("role", "Función", choices_of(UserRole, "Todas")),
        Filter("active", "Acceso", (("", "Todos"), ("true", "Con acceso"), ("false", "Sin él"))),
    ),
    search="Nombre o correo",
)


@blueprint.get("/negocio")
@in_bakery("business")
def business(session: Session) -> Answer:
    """Show the bakery's profile and its places."""
    me = MeOut.model_validate(describe_owner(session))
    return Shown("visit/business.html", {"title": _("Tu negocio"), "me": me})


@blueprint.get("/negocio/equipo")
@in_bakery("business")
def show_team(session: Session) -> Answer:
    """List the team."""
    return show_list(session, TEAM, "visit/team.html")


offer_table("business", TEAM)


@blueprint.get("/negocio/funciones")
@in_bakery("business")
def show_roles(session: Session) -> Answer:
    """Show what each role may do in each module."""
    roles = RolesOut.model_validate(team.describe_roles(session)).roles
    sections = [each for each in sections_of(bakery().modules) if each.module != "business"]
    context = {"title": _("Funciones"), "roles": roles, "modules": sections}
    return Shown("visit/roles.html", context)
