"""Production: the plan of a day, the list of batches, and one batch with what it takes."""

from datetime import date, timedelta

from flask import request
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.production import proposing, service
from app.bakery.production.models import BatchStatus
from app.bakery.production.schemas import (
    BatchDetail,
    BatchPage,
    BatchQuery,
    BatchTrace,
    PlanOut,
    PlanQuery,
    ProposalOut,
)
from app.bakery.production.tracing import trace_batch
from app.language.texts import _
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, choices_of, offer_table, show_list

LIST = ListPage(
    title="Hornadas",
    path="/demo/produccion/hornadas",
    things=("hornada", "hornadas"),
    query=BatchQuery,
    fetch=service.list_batches,
    schema=BatchPage,
    columns=(
        Column(
            "recipe_name",
            sort="recipe_name",
            link="/demo/produccion/hornadas/{id}",
            note="batch_code",
        ),
        Column("planned_on", "day", sort="planned_on", heading="Día"),
        Column("baker_name", wide=True),
        Column("quantity_planned", "amount", sort="quantity_planned", heading="Previstas"),
        Column(
            "quantity_produced", "amount", sort="quantity_produced", heading="Hechas", wide=True
        ),
        Column("status", "state", sort="status"),
    ),
    filters=(
        Filter("status", "Estado", choices_of(BatchStatus)),
        Filter("from", "Desde"),
        Filter("to", "Hasta"),
    ),
    search="Receta o código",
)


@blueprint.get("/produccion")
@in_bakery("production")
def plan(session: Session) -> Answer:
    """Show the plan of a day."""
    day = _asked_day()
    context = {
        "title": _("Producción"),
        "plan": PlanOut.model_validate(service.fetch_plan(session, day)),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
    }
    return Shown("making/plan.html", context)


@blueprint.get("/produccion/hornadas")
@in_bakery("production")
def batches(session: Session) -> Answer:
    """List batches, the newest day first."""
    return show_list(session, LIST)


offer_table("production", LIST)


@blueprint.get("/produccion/hornadas/<int:batch_id>")
@in_bakery("production")
def batch(session: Session, batch_id: int) -> Answer:
    """Show a batch, what it takes, and the lots and shelves that it came from and went to."""
    found = BatchDetail.model_validate(service.fetch_batch(session, batch_id))
    context = {
        "title": _("Hornada %(code)s", code=found.batch_code),
        "batch": found,
        "trace": BatchTrace.model_validate(trace_batch(session, batch_id)),
    }
    return Shown("making/batch.html", context)


@blueprint.get("/produccion/propuesta")
@in_bakery("production")
def proposal(session: Session) -> Answer:
    """Show what should be baked on a day, and why."""
    day = _asked_day(today() + timedelta(days=1))
    found = ProposalOut.model_validate(proposing.propose(session, day))
    return Shown("making/proposal.html", {"title": _("Propuesta"), "proposal": found})


def _asked_day(usual: date | None = None) -> date:
    try:
        return (
            PlanQuery.model_validate({"date": request.args.get("dia", "")}).date or usual or today()
        )
    except ValidationError:
        return usual or today()
