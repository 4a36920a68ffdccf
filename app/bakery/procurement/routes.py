"""Procurement over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.listing import ListQuery
from app.bakery.procurement import running, service
from app.bakery.procurement.schemas import (
    RunDetail,
    RunIn,
    RunPage,
    SuggestionPage,
    SuggestionQuery,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("procurement", "/api/procurement", "Compras")


@blueprint.get("/suggestions")
@blueprint.doc(summary="Listar los ingredientes que se agotan y la forma más barata de comprarlos.")
@blueprint.input(SuggestionQuery, location="query")
@blueprint.output(SuggestionPage)
@in_tenant("procurement")
def list_suggestions(session: Session, query_data: SuggestionQuery) -> dict[str, Any]:
    """List ingredients that run out, with the cheapest way to buy them."""
    return service.list_suggestions(session, query_data)


@blueprint.get("/runs")
@blueprint.doc(summary="Listar las rondas de compras, primero las más recientes.")
@blueprint.input(ListQuery, location="query")
@blueprint.output(RunPage)
@in_tenant("procurement")
def list_runs(session: Session, query_data: ListQuery) -> dict[str, Any]:
    """List procurement runs, the newest first."""
    return service.list_runs(session, query_data)


@blueprint.get("/runs/<int:run_id>")
@blueprint.doc(summary="Ver una ronda de compras y sus pedidos.")
@blueprint.output(RunDetail)
@in_tenant("procurement")
def show_run(session: Session, run_id: int) -> dict[str, Any]:
    """Show a run and its purchase orders."""
    return service.fetch_run(session, run_id)


@blueprint.post("/runs")
@blueprint.doc(summary="Preparar pedidos de compra a partir de las sugerencias.")
@blueprint.input(RunIn)
@blueprint.output(RunDetail, status_code=201)
@in_tenant("procurement")
def run_procurement(session: Session, json_data: RunIn) -> dict[str, Any]:
    """Make draft purchase orders of the suggestions."""
    return running.run(session, json_data)
