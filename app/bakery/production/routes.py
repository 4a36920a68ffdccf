"""Production over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.production import baking, proposing, service, tracing
from app.bakery.production.models import ProductionBatch
from app.bakery.production.schemas import (
    BatchDetail,
    BatchIn,
    BatchPage,
    BatchQuery,
    BatchStepIn,
    BatchTrace,
    FinishIn,
    LotTrace,
    PlanIn,
    PlanOut,
    PlanQuery,
    ProposalOut,
    ProposalQuery,
)
from app.bakery.scope import in_tenant

WRONG_STATE = {409: "La hornada está en otro estado, o faltan ingredientes."}

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


@blueprint.get("/proposal")
@blueprint.doc(summary="Ver lo que conviene hornear un día, por la previsión y los encargos.")
@blueprint.input(ProposalQuery, location="query")
@blueprint.output(ProposalOut)
@in_tenant("production")
def show_proposal(session: Session, query_data: ProposalQuery) -> dict[str, Any]:
    """Show what should be baked on a day."""
    return proposing.propose(session, query_data.date)


@blueprint.post("/plan")
@blueprint.doc(summary="Poner en el plan de un día lo que conviene hornear.")
@blueprint.input(PlanIn)
@blueprint.output(PlanOut, status_code=201)
@in_tenant("production")
def plan_day(session: Session, json_data: PlanIn) -> dict[str, Any]:
    """Put what should be baked on a day on its plan."""
    return proposing.plan_day(session, json_data.date)


@blueprint.post("/batches")
@blueprint.doc(summary="Planificar una hornada.")
@blueprint.input(BatchIn)
@blueprint.output(BatchDetail, status_code=201)
@in_tenant("production")
def plan_batch(session: Session, json_data: BatchIn) -> dict[str, Any]:
    """Put a batch on the plan."""
    return baking.plan_batch(session, json_data)


@blueprint.post("/batches/<int:batch_id>/start")
@blueprint.doc(summary="Empezar una hornada: toma sus ingredientes.", responses=WRONG_STATE)
@blueprint.input(BatchStepIn)
@blueprint.output(BatchDetail)
@in_tenant("production", record=ProductionBatch)
def start_batch(session: Session, batch_id: int, json_data: BatchStepIn) -> dict[str, Any]:
    """Begin a batch."""
    return baking.start_batch(session, batch_id, json_data)


@blueprint.post("/batches/<int:batch_id>/finish")
@blueprint.doc(summary="Terminar una hornada: sus piezas van al estante.", responses=WRONG_STATE)
@blueprint.input(FinishIn)
@blueprint.output(BatchDetail)
@in_tenant("production", record=ProductionBatch)
def finish_batch(session: Session, batch_id: int, json_data: FinishIn) -> dict[str, Any]:
    """Take a batch out of the oven."""
    return baking.finish_batch(session, batch_id, json_data)


@blueprint.post("/batches/<int:batch_id>/cancel")
@blueprint.doc(summary="Anular una hornada que no se ha empezado.", responses=WRONG_STATE)
@blueprint.input(BatchStepIn)
@blueprint.output(BatchDetail)
@in_tenant("production", record=ProductionBatch)
def cancel_batch(session: Session, batch_id: int, json_data: BatchStepIn) -> dict[str, Any]:
    """Give up a batch."""
    return baking.cancel_batch(session, batch_id, json_data)


@blueprint.get("/batches/<int:batch_id>/trace")
@blueprint.doc(summary="Ver de qué lotes se hizo una hornada y adónde fueron sus piezas.")
@blueprint.output(BatchTrace)
@in_tenant("production")
def trace_batch(session: Session, batch_id: int) -> dict[str, Any]:
    """Show the lots that a batch was made of."""
    return tracing.trace_batch(session, batch_id)


@blueprint.get("/lots/<int:lot_id>/trace")
@blueprint.doc(summary="Ver en qué hornadas se usó un lote.")
@blueprint.output(LotTrace)
@in_tenant("production")
def trace_lot(session: Session, lot_id: int) -> dict[str, Any]:
    """Show the batches that were made with a lot."""
    return tracing.trace_lot(session, lot_id)
