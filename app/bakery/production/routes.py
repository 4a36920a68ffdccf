"""Production over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.production import service
from app.bakery.production.schemas import BatchDetail, BatchPage, BatchQuery, PlanOut, PlanQuery
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("production", "/api/production", "Producción")


@blueprint.get("/batches")
@blueprint.doc(summary="Listar las hornadas, primero las del día más reciente.")
@blueprint.input(BatchQuery, location="query")
@blueprint.output(BatchPage)
@in_tenant("production")
def list_batches(session: Session, query_data: BatchQuery) -> dict[str, Any]:
    """List batches, the newest day first."""
    return service.list_batches(session, query_data)


@blueprint.get("/batches/<int:batch_id>")
@blueprint.doc(summary="Ver una hornada y los ingredientes que necesita.")
@blueprint.output(BatchDetail)
@in_tenant("production")
def show_batch(session: Session, batch_id: int) -> dict[str, Any]:
    """Show a batch and the ingredients that it takes."""
    return service.fetch_batch(session, batch_id)


@blueprint.get("/plan")
@blueprint.doc(summary="Ver las hornadas de un día por receta y si hay suficiente para ellas.")
@blueprint.input(PlanQuery, location="query")
@blueprint.output(PlanOut)
@in_tenant("production")
def show_plan(session: Session, query_data: PlanQuery) -> dict[str, Any]:
    """Show a day's batches by recipe, and the ingredients that they take."""
    return service.fetch_plan(session, query_data.date)
